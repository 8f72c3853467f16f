"""Makes the corpus of hostile files: every file and, beside it, what must come of it. Run by hand after a change:
    python3 crates/sources/tests/make_corpus.py        (needs openpyxl, xlwt, pyarrow)
The expectation says rows in, accepted, rejected by code, or the code the whole file is refused with; `sum` is the paid money in
minor units of orders and lines, `heads` of orders alone, `bought` of orders that are not cancelled; `ids` some customer numbers as
they must read, `days` first and last day; `duplicates` how many of the accepted rows say nothing new when the file is imported. What is guessed
about each file and which records come of it is listed in `corpus_told.py`. With `--expect` only the expectations are written: the
workbooks among the files come out with other bytes every time."""
import io, json, pathlib, struct, sys, zipfile, datetime
from corpus_told import TOLD

HERE = pathlib.Path(__file__).resolve().parent / "corpus"
ZH, EN = "订单号,会员号,下单时间,实付金额", "order_id,customer_id,order_time,paid"
ONLY_EXPECT = "--expect" in sys.argv
made = []


def case(name, content, rows=None, accepted=None, rejected=None, error=None, **more):
    """One file and its expectation; accepted defaults to rows less the rejected."""
    HERE.mkdir(exist_ok=True)
    if not ONLY_EXPECT or not (HERE / name).exists():
        (HERE / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    guesses, _, records = TOLD.get(name, "").partition("|")
    told = {"guesses": guesses.split(), "records": {kind: int(n) for kind, _, n in (r.partition("=") for r in records.split())}} if name in TOLD else {}
    if error:
        want = {"error": error, **told}
    else:
        rejected = rejected or {}
        want = {"rows_in": rows, "accepted": rows - sum(rejected.values()) if accepted is None else accepted, "rejected": rejected, **more, **told}
    (HERE / f"{name}.expect.json").write_text(json.dumps(want, ensure_ascii=False, indent=1) + "\n")
    made.append(name)


def rows(n, head=EN, sep=",", end="\n", start=1, day="2026-03-{:02} 10:00:00", money="{}.50"):
    out = [head.replace(",", sep)]
    out += [sep.join([f"A{i:04}", f"K{i:03}", day.format(1 + i % 28), money.format(i)]) for i in range(start, start + n)]
    return end.join(out) + end


def money(n, start=1):
    return sum(i * 100 + 50 for i in range(start, start + n))


def text_files():
    ok = dict(rows=8, sum=money(8))
    case("plain.csv", rows(8), **ok)
    case("chinese_heads.csv", rows(8, ZH), **ok)
    case("bom.csv", b"\xef\xbb\xbf" + rows(8, ZH).encode(), **ok)
    case("utf16le_bom.csv", b"\xff\xfe" + rows(8, ZH).encode("utf-16-le"), **ok)
    case("utf16be_bom.csv", b"\xfe\xff" + rows(8, ZH).encode("utf-16-be"), **ok)
    case("utf16le_no_bom.csv", rows(8, EN).encode("utf-16-le"), **ok)
    case("utf16be_no_bom.csv", rows(8, EN).encode("utf-16-be"), **ok)
    # enough Chinese text for the encoding to be told apart
    def gb(encoding, names, head="订单号,会员号,客户姓名,下单时间,实付金额"):
        lines = [head] + [f"A{i:04},K{i:03},{names[i % len(names)]},2026-03-{1 + i % 28:02},{i}.50" for i in range(1, 21)]
        return ("\n".join(lines) + "\n").encode(encoding)
    case("gbk.csv", gb("gbk", ["王伟", "李娜", "张敏", "刘洋"]), rows=20, sum=money(20))
    case("gb18030_four_bytes.csv", gb("gb18030", ["㐀伟", "李𠀀", "张敏", "䶮洋"]), rows=20, sum=money(20))
    case("big5.csv", gb("big5", ["王偉", "李娜", "張敏", "劉洋"], "訂單編號,會員編號,客戶姓名,訂單日期,實付金額"), rows=20, sum=money(20))
    case("gbk_one_bad_byte.csv", gb("gbk", ["王伟", "李娜", "张敏", "刘洋"]).replace("李娜".encode("gbk"), b"\xff\xff", 1), rows=20, rejected={"row_undecodable": 1}, sum=money(20) - 150)
    case("utf8_one_latin1_line.csv", rows(8, ZH).encode().replace(b"K003", b"K\xe9\xe8"), rows=8, rejected={"row_undecodable": 1}, sum=money(8) - 350)
    case("utf8_truncated_multibyte_end.csv", (rows(8, ZH) + "A9999,K员").encode()[:-1], rows=9, rejected={"row_undecodable": 1}, sum=money(8))
    case("nul_bytes_in_a_cell.csv", rows(8).encode().replace(b"K003", b"K\x00\x003"), rows=8, sum=money(8))
    for name, sep in (("tab.tsv", "\t"), ("tab_named_csv.csv", "\t"), ("semicolon.csv", ";"), ("pipe.csv", "|"), ("pipe.txt", "|")):
        case(name, rows(8, sep=sep), **ok)
    case("semicolon_decimal_comma.csv", rows(8, sep=";", money="{},50"), **ok)
    case("cr.csv", rows(8, end="\r"), **ok)
    case("crlf.csv", rows(8, end="\r\n"), **ok)
    mixed = rows(8).split("\n")
    case("mixed_line_ends.csv", "".join(l + e for l, e in zip(mixed, ["\r\n", "\n", "\r", "\r\n", "\n", "\n", "\r\n", "\n", "\n"])), **ok)
    case("no_last_line_end.csv", rows(8).rstrip("\n"), **ok)
    case("blank_lines_between.csv", rows(8).replace("\n", "\n\n\n"), **ok)
    case("spaces_around.csv", rows(8).replace(",", " , "), **ok)
    case("quoted_all.csv", "\n".join(",".join(f'"{c}"' for c in l.split(",")) for l in rows(8).splitlines()) + "\n", **ok)
    case("quoted_separator.csv", EN + ",note\n" + "".join(f'A{i},K{i},2026-03-01,{i}.50,"a, ""b"", c"\n' for i in range(1, 9)), **ok)
    case("quoted_line_end.csv", EN + ",note\n" + "".join(f'A{i},K{i},2026-03-01,{i}.50,"two\nlines"\n' for i in range(1, 9)), **ok)
    case("quoted_thousands.csv", EN + "\n" + "".join(f'A{i},K{i},2026-03-01,"{i},234.50"\n' for i in range(1, 9)), rows=8, sum=sum(i * 100000 + 23450 for i in range(1, 9)))
    case("unclosed_quote.csv", rows(3) + 'B1,"K9,2026-03-05,5.00\n' + "".join(rows(4, start=5).splitlines(True)[1:]), rows=8, rejected={"quote_unclosed": 1}, sum=money(3) + money(4, start=5))
    case("unclosed_quote_last_line.csv", rows(7) + 'B1,"K9,2026-03-05,5.00\n', rows=8, rejected={"quote_unclosed": 1}, sum=money(7))
    case("stray_quote_in_text.csv", EN + ",note\n" + 'A1,K1,2026-03-01,1.50,5" screen\nA2,K2,2026-03-02,2.50,plain\n', rows=2, sum=400)
    case("short_row.csv", rows(7) + "A9,K9\n", rows=8, rejected={"row_too_short": 1}, sum=money(7))
    case("long_row.csv", rows(7) + "A9,K9,2026-03-09,9.50,surplus,more\n", rows=8, rejected={"row_too_long": 1}, sum=money(7))
    case("trailing_separators.csv", "\n".join(l + ",,," for l in rows(8).splitlines()) + "\n", **ok)
    case("duplicate_headers.csv", "order_id,customer_id,order_time,paid,note,note\n" + "".join(f"A{i},K{i},2026-03-01,{i}.50,x,y\n" for i in range(1, 9)), **ok)
    case("empty_header_cell.csv", "order_id,customer_id,,order_time,paid\n" + "".join(f"A{i},K{i},z{i},2026-03-01,{i}.50\n" for i in range(1, 9)), **ok)
    case("header_200_characters.csv", "order_id,customer_id,order_time,paid," + "x" * 200 + "\n" + "".join(f"A{i},K{i},2026-03-01,{i}.50,v\n" for i in range(1, 9)), **ok)
    case("full_width_headers.csv", rows(8, "ｏｒｄｅｒ＿ｉｄ,ｃｕｓｔｏｍｅｒ＿ｉｄ,ｏｒｄｅｒ＿ｔｉｍｅ,ｐａｉｄ"), **ok)
    case("camel_case_headers.csv", rows(8, "OrderID,CustomerID,OrderTime,PaidAmount"), **ok)
    case("spaced_headers.csv", rows(8, "Order No.,Customer Number,Order Date,Amount Paid"), **ok)
    case("title_rows_above.csv", "2026 年第一季度订单导出,,,\n导出人：王伟,,,\n,,,\n" + rows(8, ZH), **ok)
    case("totals_row.csv", rows(8, ZH) + "合计,,,40.00\n", rows=9, rejected={"totals_row": 1}, sum=money(8))
    case("totals_row_english.csv", rows(8) + "Total,,,40.00\n", rows=9, rejected={"totals_row": 1}, sum=money(8))
    case("empty.csv", b"", error="file_empty")
    case("only_bom.csv", b"\xef\xbb\xbf", error="file_empty")
    case("only_line_ends.csv", b"\n\n\r\n\n", error="file_empty")
    case("header_only.csv", EN + "\n", error="file_empty")
    case("comment_emoji_rtl.csv", "customer_id,name,city\nK1,😀🎉,上海\nK2,مرحبا,القاهرة\nK3,שלום,תל אביב\n", rows=3, ids=["K1", "K2", "K3"])
    case("nfc_nfd_twins.csv", "customer_id,name\nK1,Jos\u00e9\nK2,Jose\u0301\n", rows=2, ids=["K1", "K2"])
    case("formula_cells.csv", "customer_id,name\nK1,=1+1\nK2,@SUM(A1)\nK3,+cmd|' /C calc'!A0\nK4,-2+3\n", rows=4, ids=["K1", "K2", "K3", "K4"])
    case("html_and_sql_in_cells.csv", "customer_id,name\nK1,<script>alert(1)</script>\nK2,'; DROP TABLE customer;--\nK3,{{7*7}}\n", rows=3, ids=["K1", "K2", "K3"])
    case("line_just_under_the_limit.csv", EN + ",note\nA1,K1,2026-03-01,1.50," + "x" * 1000 + "\n", rows=1, sum=150)
    case("html_named_xls.xls", b"<html><table><tr><td>order_id</td></tr></table></html>", error="format_html")
    # what shop systems call .xls: a page with a table, merged cells, entities, a charset of its own
    def page(encoding, body, named=None):
        return f'<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta http-equiv=Content-Type content="text/html; charset={named or encoding}"><style>td {{mso-number-format:"\\@"}}</style></head><body>{body}</body></html>'.encode(encoding)
    head = "<tr><th>订单号</th><th>会员号</th><th>下单时间</th><th>实付金额</th></tr>"
    line = "<tr><td>A{0:04}</td><td>K{0:03}</td><td style='vnd.ms-excel.numberformat:yyyy-mm-dd'>2026-03-{1:02} 10:00:00</td><td>&yen;&nbsp;{0}.50</td></tr>"
    lines = "".join(line.format(i, 1 + i) for i in range(1, 9))
    case("html_table.xls", page("utf-8", f"<table border=1>{head}{lines}</table>"), days=["2026-03-02", "2026-03-09"], **ok)
    case("html_table_gb2312.xls", page("gb2312", f"<!-- 导出 --><TABLE><TR><TD colspan=4>订单导出</TD></TR>{head}{lines}</TABLE>"), **ok)
    case("html_table_unclosed_tags.xls", page("utf-8", f"<table><tr><td>订单号<td>会员号<td>下单时间<td>实付金额{lines.replace('</td>', '').replace('</tr>', '')}"), **ok)
    case("html_merged_cells.xls", page("utf-8", "<table><tr><td>订单号<td>会员号<td>下单时间<td>商品名称<td>数量<td>单价</tr>"
         "<tr><td rowspan=2>A1<td rowspan=2>K1<td rowspan=2>2026-03-01<td>茶<td>1<td>60</tr><tr><td>杯 &amp; 碟<td>2<td>20</tr><tr><td>A2<td>K2<td>2026-03-02<td>壶<td>1<td>50</tr></table>"), rows=3, sum=15000, ids=["K1", "K2"])
    case("html_bad_bytes.xls", page("gb18030", f"<table>{head}{lines}</table>").replace(b"K003", b"K\xff\xff"), rows=8, rejected={"row_undecodable": 1}, sum=money(8) - 350)
    case("html_rowspan_bomb.xls", page("utf-8", "<table><tr><td>a</td><td>b</td></tr><tr>" + "<td rowspan=65534>x</td>" * 900 + "</tr>" + "<tr><td>y</td></tr>" * 6000 + "</table>"), error="too_many_cells")
    case("html_without_a_table.xls", page("utf-8", "<p>会话已过期，请重新登录</p>"), error="format_html")
    case("html_named_csv.csv", b"<!DOCTYPE html><html><body>404</body></html>", error="format_html")
    case("binary_noise.csv", bytes((i * 73 + 41) % 256 for i in range(4096)), error="format_unknown")
    case("png_named_csv.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), error="format_unknown")
    case("many_columns.csv", ",".join(f"c{i}" for i in range(1500)) + "\n" + ",".join("1" for _ in range(1500)) + "\n", error="too_many_columns")


def values():
    def dates(name, cells, bad, **more):
        body = "".join(f"A{i},K{i},{c},1.00\n" for i, c in enumerate(cells))
        case(name, EN + "\n" + body, rows=len(cells), rejected=bad, sum=100 * (len(cells) - sum(bad.values())), **more)
    dates("dates_iso.csv", ["2026-03-05", "2026-03-06 08:09:10", "2026-03-07T08:09", "2026-03-08T08:09:10.5"], {}, days=["2026-03-05", "2026-03-08"])
    dates("dates_slash.csv", ["2026/3/5", "2026/03/06", "2026/3/7 9:05", "2026/12/31"], {}, days=["2026-03-05", "2026-12-31"])
    dates("dates_compact.csv", ["20260305", "20260306", "20260307", "20261231"], {}, days=["2026-03-05", "2026-12-31"])
    dates("dates_month_names.csv", ["5 Mar 2026", "06-Mar-2026", '"March 7, 2026"', "8 December 2026"], {}, days=["2026-03-05", "2026-12-08"])
    dates("dates_chinese.csv", ["2026年3月5日", "2026年03月06日", "2026年3月7日 9:05", "2026年12月31日"], {}, days=["2026-03-05", "2026-12-31"])
    dates("dates_dots.csv", ["2026.3.5", "2026.03.06", "2026.12.31"], {}, days=["2026-03-05", "2026-12-31"])
    dates("dates_day_first.csv", ["13/01/2026", "01/02/2026", "28/03/2026"], {}, days=["2026-01-13", "2026-03-28"])
    dates("dates_month_first.csv", ["01/13/2026", "02/01/2026", "03/28/2026"], {}, days=["2026-01-13", "2026-03-28"])
    dates("dates_dashed_day_first.csv", ["21-07-2015", "05-01-2015", "30-12-2015"], {}, days=["2015-01-05", "2015-12-30"])
    dates("dates_excel_serials.csv", ["46086", "46087", "46088", "46089"], {}, days=["2026-03-05", "2026-03-08"])
    dates("dates_mixed.csv", ["2026-03-05", "2026/3/6", "20260307", "2026年3月8日"], {}, days=["2026-03-05", "2026-03-08"])
    dates("dates_impossible.csv", ["2026-03-05", "2026-02-30", "2026-13-01", "2026-03-06"], {"date_invalid": 2})
    dates("dates_leap_day.csv", ["2024-02-29", "2023-02-29", "2000-02-29", "1900-02-29"], {"date_invalid": 2})
    dates("dates_words.csv", ["2026-03-05", "yesterday", "待定", "2026-03-06"], {"date_invalid": 2})
    dates("dates_missing.csv", ["2026-03-05", "", "N/A", "2026-03-06"], {"date_missing": 2})
    dates("dates_full_width.csv", ["２０２６-０３-０５", "２０２６／３／６", "2026-03-07"], {}, days=["2026-03-05", "2026-03-07"])
    dates("dates_with_zone.csv", ["2026-03-05T23:30:00+08:00", "2026-03-05T23:30:00Z"], {}, days=["2026-03-05", "2026-03-06"])

    def paid(name, cells, total, bad=None, sep=","):
        body = "".join(sep.join([f"A{i}", f"K{i}", "2026-03-01", f'"{c}"' if sep in c else c]) + "\n" for i, c in enumerate(cells))
        case(name, EN.replace(",", sep) + "\n" + body, rows=len(cells), rejected=bad or {}, sum=total)
    paid("money_plain.csv", ["1", "2.5", "3.25", "1000"], 100 + 250 + 325 + 100000)
    paid("money_signs.csv", ["￥1,234.50", "¥2.00", "3.00元", "RMB 4.00", "CNY5.00"], 123450 + 200 + 300 + 400 + 500)
    paid("money_full_width.csv", ["１２３．４５", "１,０００．００"], 12345 + 100000)
    paid("money_decimal_comma.csv", ["1.234,50", "2,50", "1.000.000,00"], 123450 + 250 + 100000000, sep=";")
    paid("money_thousands.csv", ["1,234.50", "1,234,567.89"], 123450 + 123456789)
    paid("money_half_even.csv", ["0.125", "0.135", "2.665", "1.00"], 12 + 14 + 266 + 100)
    paid("money_words.csv", ["1.00", "free", "待定", "2.00"], 300, {"money_invalid": 2})
    paid("money_missing.csv", ["1.00", "", "NULL", "2.00"], 300, {"amount_missing": 2})
    paid("money_scientific.csv", ["1.5E+3", "2e2", "1.00"], 150000 + 20000 + 100)
    paid("money_huge.csv", ["1.00", "99999999999999999999999", "2.00"], 300, {"money_out_of_range": 1})
    paid("money_spaces.csv", [" 1 234.50 ", "2\u00a0000.00", "3.00"], 123450 + 200000 + 300)
    paid("money_foreign_signs.csv", ["¥1.00", "$2.00", "€4.00", "8元", "US$16", "32"], 100 + 800 + 3200, {"currency_foreign": 3})
    paid("money_excel_errors.csv", ["1.00", "#REF!", "#N/A", "2.00"], 300, {"money_invalid": 1, "amount_missing": 1})

    def people(name, head, lines, bad=None, **more):
        case(name, head + "\n" + "\n".join(lines) + "\n", rows=len(lines), rejected=bad or {}, **more)
    people("phones.csv", "姓名,手机号", ["王伟,13800001111", "李娜,138 0000 2222", "张敏,+86-138-0000-3333", "刘洋,0086 13800004444", "陈静,１３８００００５５５５"],
           ids=["8613800001111", "8613800002222", "8613800003333", "8613800004444", "8613800005555"])
    people("phones_lost_digits.csv", "姓名,手机号", ["王伟,13800001111", "李娜,1.38E+10", "张敏,1.38001E+10", "刘洋,13800004444"], {"phone_lost_digits": 2}, ids=["8613800001111", "8613800004444"])
    people("phones_scientific_whole.csv", "姓名,手机号", ["王伟,13800001111", "李娜,1.3800002222E+10", "张敏,13800003333.0"], ids=["8613800002222", "8613800003333"])
    people("ids_ending_in_point_zero.csv", "customer_id,city", ["17850.0,上海", "13047.0,北京", "12583.0,广州"], ids=["17850", "13047", "12583"])
    people("ids_mixed_point_zero.csv", "customer_id,city", ["17850.0,上海", "A13047,北京", "v2.0,广州"], ids=["17850.0", "A13047", "v2.0"])
    people("ids_leading_zeros.csv", "customer_id,city", ["00004,上海", "00018,北京", "0007,广州"], ids=["00004", "00018", "0007"])
    people("ids_like_scientific.csv", "customer_id,city", ["1E5,上海", "2E7,北京", "12A,广州"], ids=["1E5", "2E7", "12A"])
    people("ids_very_long.csv", "customer_id,city", ["330106199001011234567,上海", "330106199001011234568,北京"], ids=["330106199001011234567", "330106199001011234568"])
    people("ids_with_spaces_and_width.csv", "customer_id,city", ["\u3000K001 ,上海", "Ｋ００２,北京"], ids=["K001", "K002"])
    people("emails.csv", "name,email", ["a,Amy@Example.com", "b, bob@example.org ", "c,c.d+tag@sub.example.co.uk"], ids=["amy@example.com", "bob@example.org", "c.d+tag@sub.example.co.uk"])
    people("gender_words.csv", "customer_id,gender", ["K1,男", "K2,F", "K3,female", "K4,先生", "K5,未知"], ids=["K1", "K5"])
    people("companies.csv", "客户编号,公司名称,行业,员工人数", ["B1,泰和有限公司,制造,120", "B2,盛源科技,科技,35"], ids=["B1", "B2"])
    people("no_customer.csv", EN, ["A1,K1,2026-03-01,1.00", "A2,,2026-03-01,1.00", "A3,NULL,2026-03-01,1.00"], {"customer_missing": 2}, ids=["K1"], sum=100)
    people("orders_by_phone.csv", "订单号,手机号,下单时间,实付金额", ["A1,13800001111,2026-03-01,1.00", "A2,13800002222,2026-03-02,2.00"], sum=300)
    people("scores.csv", "customer_id,answered_at,survey,score", ["K1,2026-03-01,NPS,9", "K2,2026-03-01,NPS,11", "K3,2026-03-01,CSAT,5", "K4,2026-03-01,CSAT,bad"], {"score_invalid": 1, "number_invalid": 1}, ids=["K1", "K3"])
    people("cancelled_status.csv", "订单号,会员号,下单时间,实付金额,订单状态", ["A1,K1,2026-03-01,1.00,已完成", "A2,K2,2026-03-01,2.00,已取消", "A3,K3,2026-03-01,3.00,交易关闭"], bought=100)
    flag = "订单号,会员号,下单时间,实付金额,是否取消"
    people("cancelled_yes_no.csv", flag, ["A1,K1,2026-03-01,1.00,否", "A2,K2,2026-03-01,2.00,是", "A3,K3,2026-03-01,3.00,"], bought=100 + 300)
    people("cancelled_one_zero.csv", "order_id,customer_id,order_time,paid,is_cancelled", ["A1,K1,2026-03-01,1.00,0", "A2,K2,2026-03-01,2.00,1", "A3,K3,2026-03-01,3.00,0"], bought=100 + 300)
    people("cancelled_beside_status.csv", "order_id,customer_id,order_time,paid,status,cancelled", ["A1,K1,2026-03-01,1.00,paid,no", "A2,K2,2026-03-01,2.00,paid,yes", "A3,K3,2026-03-01,3.00,cancelled,no"], bought=100)
    people("status_words.csv", "订单号,会员号,下单时间,实付金额,订单状态", [f"A{i},K{i},2026-03-01,1.00,{w}" for i, w in enumerate(["已撤销", "Expired", "交易关闭", "订单取消失败", "Closed Won", "退款关闭", "特批"])], bought=400)
    people("order_paid_in_parts.csv", EN, ["A1,K1,2026-03-01,100", "A1,K1,2026-03-01,30", "A2,K2,2026-03-05,200", "A2,K2,2026-03-05,20"], sum=35000)
    people("order_total_on_every_line.csv", "order_id,customer_id,order_time,product,order_total", ["A1,K1,2026-03-01,x,100", "A1,K1,2026-03-01,y,100", "A2,K2,2026-03-02,z,5"], heads=10500)
    people("shopify_rows_below.csv", "Name,Email,Financial Status,Paid at,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price",
           ["#1001,a@x.com,paid,2026-03-01 10:00:00 +0800,55.00,2026-03-01 09:00:00 +0800,1,Tea,20.00", "#1001,a@x.com,,,,2026-03-01 09:00:00 +0800,2,Cup,15.00", "#1002,b@x.com,pending,,8.00,2026-03-02 09:00:00 +0800,1,Tea,8.00"],
           heads=6300, days=["2026-03-01", "2026-03-02"])
    people("birthday_unreadable.csv", "customer_id,birthday,city", [f"K{i},1990-01-0{i},上海" for i in range(1, 9)] + ["K9,不详,北京", "K10,1990-02-30,北京"] + [f"K{i},1990-01-11,广州" for i in range(11, 31)], ids=["K9", "K10"])
    people("phones_two_columns.csv", "姓名,手机号,电话", ["王伟,13800001111,13900001111", "李娜,,13900002222", "张敏,13800003333,1.39E+10"], ids=["8613800001111", "8613900001111", "8613900002222", "8613800003333"])
    people("refund_prefix.csv", "InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID",
           ["536365,P1,6,2010-12-01 08:26:00,2.55,17850.0", "C536379,P1,-1,2010-12-01 09:41:00,2.55,17850.0", "536366,P2,2,2010-12-01 09:00:00,1.85,13047.0", "536367,P2,2,2010-12-01 09:00:00,1.85,"],
           {"customer_missing": 1}, ids=["17850", "13047"], sum=1530 + 370)
    people("negative_amount_is_a_refund.csv", EN, ["A1,K1,2026-03-01,10.00", "A2,K1,2026-03-02,-4.00", "A3,K1,2026-03-03,(2.00)"], sum=1000)
    people("no_order_number.csv", "customer_id,date,amount", ["K1,2026-03-01,10.00", "K1,2026-03-02,4.00", "K2,2026-03-03,2.00"], sum=1600)
    people("costs.csv", "渠道,开始日期,结束日期,投放费用", ["门店,2026-01-01,2026-01-31,12000", "天猫,2026-01-01,2026-01-31,8000.50"])
    people("products.csv", "商品编号,商品名称,类目,成本", ["P1,龙井,茶叶,12.50", "P2,盖碗,茶具,30"])
    # what must be guessed, and told before anything is imported
    case("no_header.csv", "A1,13800001111,2026-03-01,1.50\nA2,13800002222,2026-03-02,2.50\nA3,13800001111,2026-03-03,3.50\n", rows=3, sum=750, ids=["8613800001111", "8613800002222"])
    case("columns_nobody_knows.csv", "甲,乙,丙\n1,2,3\n4,5,6\n", error="mapping_empty")
    people("dates_ambiguous.csv", EN, ["A1,K1,03/04/2026,1.00", "A2,K2,05/06/2026,2.00"], days=["2026-03-04", "2026-05-06"], sum=300)
    people("dates_contrary.csv", EN, ["A1,K1,13/04/2026,1.00", "A2,K2,04/16/2026,2.00", "A3,K2,25/08/2026,4.00"], {"date_invalid": 1}, days=["2026-04-13", "2026-08-25"], sum=500)
    people("income_in_thousands.csv", "customer_id,Annual Income (k$),city", ["K1,15,上海", "K2,81,北京"], ids=["K1", "K2"])
    people("baskets.csv", "Member_number,Date,itemDescription", ["1808,21-07-2015,fruit", "1808,21-07-2015,milk", "2552,05-01-2015,milk"], ids=["1808", "2552"], days=["2015-01-05", "2015-07-21"], sum=0)
    people("currency_column.csv", EN + ",currency", ["A1,K1,2026-03-01,1.00,EUR", "A2,K2,2026-03-02,2.00,EUR", "A3,K3,2026-03-03,4.00,CNY"], {"currency_foreign": 2}, sum=400)
    people("order_corrected.csv", EN, [f"A{i},K{i},2026-03-01,100" for i in range(1, 101)] + ["A7,K7,2026-03-02,90"], heads=1009000)
    people("rows_of_a_survey.csv", "age,job,marital,education,y", ["18,student,single,unknown,no", "40,admin.,married,high.school,yes"])
    people("known_by_name.csv", "日期,客户姓名,商品,金额", ["2026-03-01,张三,茶,10", "2026-03-02,李四,茶,10", "2026-03-03,王五,壶,30"], ids=["张三", "李四", "王五"], sum=5000)
    people("personal_details.csv", "customer_id,name,city,soc_sec_id,spouse name,wechat", ["K1,Amy,Leeds,7364009,Tom,amy_tea", "K2,Bob,York,2635962,Eve,bob_99"], ids=["K1", "K2"])
    people("rows_twice.csv", EN, ["A1,K1,2026-03-01,1.00", "A2,K2,2026-03-02,2.00", "A1,K1,2026-03-01,1.00", "A2,K2,2026-03-02,2.00", "A3,,2026-03-03,4.00"], {"customer_missing": 1}, duplicates=2, sum=600)
    people("people_twice.csv", "customer_id,name,city", ["K1,王伟,上海", "K2,李娜,北京", "K1,王伟,上海"], duplicates=1, ids=["K1", "K2"])
    people("interactions.csv", "会员号,互动时间,互动类型", ["K1,2026-03-01 10:00,访问", "K2,2026-03-02 11:00,点击"])


def workbooks():
    import openpyxl
    from openpyxl.styles import numbers

    def book(build, epoch1904=False):
        wb = openpyxl.Workbook()
        if epoch1904:
            wb.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
        build(wb)
        out = io.BytesIO()
        wb.save(out)
        return out.getvalue()

    head = ["订单号", "会员号", "下单时间", "实付金额"]
    date = datetime.datetime(2026, 3, 5, 10, 0)
    def fill(ws, n=8, head=head, at=1):
        for c, h in enumerate(head, 1):
            ws.cell(at, c, h)
        for i in range(1, n + 1):
            for c, v in enumerate([f"A{i:04}", f"K{i:03}", date + datetime.timedelta(days=i), i + 0.5], 1):
                ws.cell(at + i, c, v)
    ok = dict(rows=8, sum=money(8), days=["2026-03-06", "2026-03-13"])
    case("plain.xlsx", book(lambda wb: fill(wb.active)), **ok)
    case("title_rows.xlsx", book(lambda wb: (wb.active.cell(1, 1, "2026 年订单"), wb.active.merge_cells("A1:D1"), fill(wb.active, at=4))), **ok)
    case("dates_1904.xlsx", book(lambda wb: fill(wb.active), epoch1904=True), **ok)
    def second(wb):
        wb.active.title = "空表"
        fill(wb.create_sheet("订单"))
    case("first_sheet_empty.xlsx", book(second), **ok)
    def hidden(wb):
        wb.active.title = "隐藏"
        wb.active["A1"] = "nothing here"
        wb.active.sheet_state = "hidden"
        fill(wb.create_sheet("订单"))
        wb.active = 1
    case("hidden_first_sheet.xlsx", book(hidden), **ok)
    def months(wb):
        # a sheet a month is one table; one of another header is left out
        wb.active.title = "一月"
        fill(wb.active)
        for title, rows in (("二月", [head, ["B1", "K1", datetime.datetime(2026, 3, 7), 1.5], ["B2", "K2", "2026-02-30", 2.5]]), ("说明", [["项目", "说明"], ["甲", "乙"], ["丙", "丁"]])):
            ws = wb.create_sheet(title)
            for row in rows:
                ws.append(row)
    case("sheets_of_months.xlsx", book(months), rows=10, rejected={"date_invalid": 1}, sum=money(8) + 150, days=["2026-03-06", "2026-03-13"])
    def serial_as_number(wb):
        fill(wb.active)
        for r in range(2, 10):
            wb.active.cell(r, 3, 46086 + r - 1)
            wb.active.cell(r, 3).number_format = "General"
    case("serial_numbers_unformatted.xlsx", book(serial_as_number), **ok)
    case("dates_1904_unformatted.xlsx", book(lambda wb: ([setattr(c, "number_format", "General") for c in (fill(wb.active), wb.active["C"])[1][1:]], [wb.active.cell(r, 3, 44624 + r - 1) for r in range(2, 10)]), epoch1904=True), **ok)
    def texts(wb):
        fill(wb.active)
        for r in range(2, 10):
            wb.active.cell(r, 4, f"￥{r - 1}.50")
    case("money_as_text.xlsx", book(texts), **ok)
    def phones(wb):
        for r, (a, b) in enumerate([("姓名", "手机号"), ("王伟", 13800001111), ("李娜", "13800002222"), ("张敏", 1.38e10)], 1):
            wb.active.cell(r, 1, a)
            wb.active.cell(r, 2, b)
    case("phones_as_numbers.xlsx", book(phones), rows=3, ids=["8613800001111", "8613800002222", "8613800000000"])
    def ids(wb):
        for r, (a, b) in enumerate([("会员号", "城市"), (17850, "上海"), (13047.0, "北京"), ("00012", "广州")], 1):
            wb.active.cell(r, 1, a)
            wb.active.cell(r, 2, b)
    case("ids_as_numbers.xlsx", book(ids), rows=3, ids=["17850", "13047", "00012"])
    def formulas(wb):
        fill(wb.active)
        wb.active["D10"] = "=SUM(D2:D9)"
        wb.active["A10"] = "合计"
    case("formula_totals.xlsx", book(formulas), rows=9, rejected={"totals_row": 1}, sum=money(8))
    def errors(wb):
        fill(wb.active)
        wb.active["D3"] = "#REF!"
        wb.active["D3"].data_type = "e"
    case("error_cell.xlsx", book(errors), rows=8, rejected={"cell_error": 1}, sum=money(8) - 250)
    def blanks(wb):
        fill(wb.active)
        for r in range(30, 36):
            wb.active.cell(r, 1, None)
            wb.active.cell(r, 2, "")
    case("blank_rows_below.xlsx", book(blanks), **ok)
    case("empty.xlsx", book(lambda wb: None), error="file_empty")
    case("header_only.xlsx", book(lambda wb: fill(wb.active, n=0)), error="file_empty")
    plain = book(lambda wb: fill(wb.active))
    case("xlsx_named_xls.xls", plain, **ok)
    case("xlsx_named_csv.csv", plain, **ok)
    case("truncated.xlsx", plain[: len(plain) // 2], error="file_damaged")
    def archive(entries):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
            for name, content in entries:
                z.writestr(name, content)
        return out.getvalue()
    case("zip_without_a_workbook.xlsx", archive([("readme.txt", "hello")]), error="format_unknown")
    with zipfile.ZipFile(io.BytesIO(plain)) as z:
        parts = [(n, z.read(n)) for n in z.namelist()]
    case("zip_ratio_bomb.xlsx", archive([(n, c) if n != "xl/worksheets/sheet1.xml" else (n, c[:-20] + b" " * (48 << 20)) for n, c in parts]), error="zip_ratio")
    case("zip_many_entries.xlsx", archive(parts + [(f"junk/{i}.xml", "") for i in range(3000)]), error="zip_too_many_entries")
    case("zip_path_outside.xlsx", archive(parts + [("../../evil.xml", "x")]), **ok)
    case("sheet_xml_broken.xlsx", archive([(n, c) if n != "xl/worksheets/sheet1.xml" else (n, c[: len(c) // 2]) for n, c in parts]), error="file_damaged")
    entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><sst><si><t>&b;</t></si></sst>'
    case("billion_laughs.xlsx", archive([(n, c) for n, c in parts if n != "xl/sharedStrings.xml"] + [("xl/sharedStrings.xml", entity)]), error="file_damaged")
    # an OLE container that holds an encrypted package, as Excel writes a file with a password
    case("encrypted.xlsx", ole_with("EncryptedPackage"), error="file_encrypted")

    import xlwt
    def xls(build):
        wb = xlwt.Workbook(encoding="utf-8")
        build(wb.add_sheet("订单"))
        out = io.BytesIO()
        wb.save(out)
        return out.getvalue()
    style = xlwt.easyxf(num_format_str="YYYY-MM-DD HH:MM")
    def old(ws):
        for c, h in enumerate(head):
            ws.write(0, c, h)
        for i in range(1, 9):
            ws.write(i, 0, f"A{i:04}")
            ws.write(i, 1, f"K{i:03}")
            ws.write(i, 2, date + datetime.timedelta(days=i), style)
            ws.write(i, 3, i + 0.5)
    case("plain.xls", xls(old), **ok)
    case("xls_named_xlsx.xlsx", xls(old), **ok)
    case("truncated.xls", xls(old)[:2048], error="file_damaged")


def ole_with(stream):
    """The smallest OLE2 container with one named stream: header, one FAT sector, one directory sector."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 0x1000, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0) + struct.pack("<I", 0) + b"\xff\xff\xff\xff" * 108
    fat = struct.pack("<II", 0xFFFFFFFD, 0xFFFFFFFE) + b"\xff\xff\xff\xff" * 126
    def entry(name, kind, child=0xFFFFFFFF):
        raw = name.encode("utf-16-le")
        return raw.ljust(64, b"\0") + struct.pack("<HBB", len(raw) + 2, kind, 1) + struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child) + bytes(36) + struct.pack("<IQ", 0xFFFFFFFE, 0)
    return head + fat + (entry("Root Entry", 5, 1) + entry(stream, 2)).ljust(512, b"\0")


def others():
    line = '{{"order_id":"A{0}","customer_id":"K{0}","order_time":"2026-03-{1:02}","paid":{0}.50}}'
    good = [line.format(i, i) for i in range(1, 9)]
    ok = dict(rows=8, sum=money(8))
    case("plain.jsonl", "\n".join(good) + "\n", **ok)
    case("plain_array.json", "[" + ",\n".join(good) + "]", **ok)
    case("one_bad_line.jsonl", "\n".join(good[:4] + ["{not json"] + good[4:]) + "\n", rows=9, rejected={"json_invalid": 1}, sum=money(8))
    case("not_objects.jsonl", "\n".join(good + ["[1,2]", '"text"', "17"]) + "\n", rows=11, rejected={"json_not_object": 3}, sum=money(8))
    case("array_cut_short.json", "[" + ",\n".join(good[:4]) + ',\n{"order_id":"A5","custo', rows=5, rejected={"json_invalid": 1}, sum=money(4))
    case("missing_fields.jsonl", "\n".join(good + ['{"order_id":"A9","paid":1}']) + "\n", rows=9, rejected={"customer_missing": 1}, sum=money(8))
    case("nested_deep.jsonl", "\n".join(good[:2]) + "\n" + '{"order_id":' + "[" * 500 + "]" * 500 + "}\n", rows=3, rejected={"json_invalid": 1}, sum=money(2))
    case("bom.jsonl", b"\xef\xbb\xbf" + ("\n".join(good) + "\n").encode(), **ok)
    case("crlf_and_blank.jsonl", "\r\n\r\n".join(good) + "\r\n", **ok)
    case("empty.jsonl", "\n\n", error="file_empty")

    import pyarrow as pa, pyarrow.parquet as pq
    def parquet(table, **kw):
        out = io.BytesIO()
        pq.write_table(table, out, **kw)
        return out.getvalue()
    from decimal import Decimal
    base = {"order_id": [f"A{i}" for i in range(1, 9)], "customer_id": [f"K{i}" for i in range(1, 9)]}
    when = [datetime.datetime(2026, 3, i, 10) for i in range(1, 9)]
    case("plain.parquet", parquet(pa.table({**base, "order_time": pa.array(when, pa.timestamp("us")), "paid": [i + 0.5 for i in range(1, 9)]})), **ok)
    case("decimals.parquet", parquet(pa.table({**base, "order_time": pa.array([w.date() for w in when]), "paid": pa.array([Decimal(f"{i}.50") for i in range(1, 9)], pa.decimal128(12, 2))})), **ok)
    case("nulls.parquet", parquet(pa.table({"order_id": base["order_id"], "customer_id": ["K1", None, "K3", "K4", "K5", "K6", "K7", "K8"], "order_time": when, "paid": [i + 0.5 for i in range(1, 9)]})), rows=8, rejected={"customer_missing": 1}, sum=money(8) - 250)
    case("numeric_ids.parquet", parquet(pa.table({"order_id": list(range(1, 9)), "customer_id": list(range(17850, 17858)), "order_time": when, "paid": [i + 0.5 for i in range(1, 9)]})), ids=["17850", "17857"], **ok)
    whole = parquet(pa.table({**base, "order_time": when, "paid": [i + 0.5 for i in range(1, 9)]}))
    case("truncated.parquet", whole[:-30], error="file_damaged")
    case("only_the_magic.parquet", b"PAR1PAR1", error="file_damaged")
    case("empty.parquet", parquet(pa.table({"order_id": pa.array([], pa.string()), "customer_id": pa.array([], pa.string())})), error="file_empty")


def main():
    for old in HERE.glob("*.expect.json" if ONLY_EXPECT else "*"):
        old.unlink()
    text_files()
    values()
    workbooks()
    others()
    print(len(made), "files")


main()
