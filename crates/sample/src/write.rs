//! The sample business as files, the way people keep them: UTF-8 CSV with headings in their language, and some dirt.

use super::{Habit, MARK, Order, Person, names};
use crate::chance::Chance;
use domain::{Day, Lang, money::decimal};
use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

struct Csv(BufWriter<File>);

impl Csv {
    fn create(path: &Path, head: &[&str]) -> io::Result<Csv> {
        let mut csv = Csv(BufWriter::new(File::create(path)?));
        csv.0.write_all("\u{feff}".as_bytes())?;
        csv.row(head)?;
        Ok(csv)
    }

    fn row<T: AsRef<str>>(&mut self, cells: &[T]) -> io::Result<()> {
        for (i, cell) in cells.iter().enumerate() {
            let cell = cell.as_ref();
            if i > 0 {
                self.0.write_all(b",")?;
            }
            if cell.contains([',', '"', '\n']) {
                write!(self.0, "\"{}\"", cell.replace('"', "\"\""))?;
            } else {
                self.0.write_all(cell.as_bytes())?;
            }
        }
        self.0.write_all(b"\r\n")
    }
}

/// Cells of one row of the language.
fn words<const N: usize>(lang: Lang, pairs: [(&'static str, &'static str); N]) -> [&'static str; N] {
    pairs.map(|(zh, en)| lang.pick(zh, en))
}

fn pick(pair: (&'static str, &'static str), lang: Lang) -> String {
    lang.pick(pair.0, pair.1).to_owned()
}

fn number(person: &Person) -> String {
    format!("{MARK}{}{:06}", if person.organisation { "B" } else { "M" }, person.number + 1)
}

fn order_number(order: &Order) -> String {
    format!("{MARK}D{:08}", order.number)
}

fn product_number(product: usize) -> String {
    format!("{MARK}P{:03}", product + 1)
}

fn moment(day: Day, second: i64, chance: &mut Chance) -> String {
    let (h, m, s) = (second / 3600, second / 60 % 60, second % 60);
    let date = day.date();
    if chance.with(0.02) {
        return format!("{}/{}/{} {h}:{m:02}", date.year(), date.month(), date.day());
    }
    format!("{date} {h:02}:{m:02}:{s:02}")
}

pub(super) fn all(dir: &Path, people: &[Person], seed: u64, lang: Lang, today: Day) -> io::Result<Vec<PathBuf>> {
    std::fs::create_dir_all(dir)?;
    let path = |zh: &str, en: &str| dir.join(format!("{}.csv", lang.pick(zh, en)));
    let files = [
        path("会员", "customers"),
        path("企业客户", "companies"),
        path("联系人", "contacts"),
        path("商品", "products"),
        path("订单", "orders"),
        path("订单明细", "order_lines"),
        path("退款", "refunds"),
        path("互动", "interactions"),
        path("评分", "feedback"),
        path("获客成本", "acquisition_costs"),
    ];
    let mut chance = Chance::new(seed ^ 0x5eed);
    members(&files[0], people, lang, today, &mut chance)?;
    companies(&files[1], &files[2], people, lang, &mut chance)?;
    products(&files[3], lang, &mut chance)?;
    orders(&files[4], &files[5], people, lang, &mut chance)?;
    refunds(&files[6], people, lang, &mut chance)?;
    interactions(&files[7], people, lang, today, &mut chance)?;
    answers(&files[8], people, lang, today, &mut chance)?;
    costs(&files[9], lang, today, &mut chance)?;
    let mut truth = Csv::create(&dir.join("truth.csv"), &["customer_id", "habit"])?;
    for p in people {
        truth.row(&[number(p), p.habit.key().to_owned()])?;
    }
    truth.0.flush()?;
    Ok(files.into())
}

/// Phones begin so. Mobile numbers that begin with 154 are given to no carrier, so nobody is called by a sample.
const MEMBERS: [&str; 9] = ["1540", "1541", "1542", "1543", "1544", "1545", "1546", "1547", "1548"];
const CONTACTS: &str = "1549";

fn members(path: &Path, people: &[Person], lang: Lang, today: Day, chance: &mut Chance) -> io::Result<()> {
    let head = words(lang, [
        ("会员号", "Customer ID"), ("姓名", "Name"), ("手机号", "Phone"), ("邮箱", "Email"), ("性别", "Gender"), ("生日", "Birthday"),
        ("城市", "City"), ("省份", "Province"), ("国家", "Country"), ("职业", "Occupation"), ("学历", "Education"), ("婚姻状况", "Marital status"),
        ("家庭人数", "Household size"), ("年收入", "Income"), ("兴趣", "Interests"), ("价值观", "Values"), ("生活方式", "Lifestyle"), ("注册日期", "Signup date"), ("获客渠道", "Acquisition channel"), ("饮茶年限", "Years of tea"),
    ]);
    let mut csv = Csv::create(path, &head)?;
    let mut before: Option<[String; 20]> = None;
    for p in people.iter().filter(|p| !p.organisation) {
        let (a, b) = (chance.between(0, 23), chance.between(0, 23));
        let ((city, province, country), phone) = (place(chance), format!("{}{:07}", chance.one(&MEMBERS), chance.between(0, 9_999_999)));
        let birthday = today.plus(-(chance.between(18 * 365, 75 * 365) as i32)).date();
        let phone = match chance.between(0, 999) {
            0 => "1.54E+10".to_owned(),
            1..=20 => format!("+86 {} {} {}", &phone[..3], &phone[3..7], &phone[7..]),
            21..=60 => String::new(),
            _ => phone,
        };
        let birthday = match chance.between(0, 999) {
            0 => "1990/2/30".to_owned(),
            1..=150 => String::new(),
            151..=250 => format!("{}/{}/{}", birthday.year(), birthday.month(), birthday.day()),
            _ => birthday.to_string(),
        };
        let some = |chance: &mut Chance, share: f64, pairs: &[(&'static str, &'static str)]| match chance.with(share) {
            true => pick(*chance.one(pairs), lang),
            false => String::new(),
        };
        let row = [
            number(p), names::person(a, b, lang), phone, format!("user{}@example.com", p.number + 1), pick(*chance.one(&[("女", "F"), ("男", "M")]), lang),
            birthday, pick(city, lang), pick(province, lang), pick(country, lang), some(chance, 0.7, &names::OCCUPATIONS),
            some(chance, 0.6, &names::EDUCATIONS), some(chance, 0.5, &names::MARITAL),
            if chance.with(0.5) { chance.between(1, 5).to_string() } else { String::new() },
            if chance.with(0.5) { format!("{}", chance.between(4, 60) * 10_000) } else { String::new() },
            some(chance, 0.5, &names::INTERESTS), some(chance, 0.5, &names::VALUES), some(chance, 0.4, &names::LIFESTYLES), p.signup.to_string(), pick(names::CHANNELS[p.channel], lang),
            chance.between(0, 20).to_string(),
        ];
        let row = match &before {
            Some(twin) if p.number % TWINS == TWIN => again(row, twin),
            _ => row,
        };
        csv.row(&row)?;
        if chance.with(0.001) {
            csv.row(&row)?;
        }
        if row[PHONE].len() == 11 && row[BIRTHDAY].len() == 10 {
            before = Some(row);
        }
    }
    csv.0.flush()
}

/// One of so many members signed up twice: as the one before them, under a number of their own.
const TWINS: u32 = 211;
const TWIN: u32 = 150;
// places of the columns
const NAME: usize = 1;
const PHONE: usize = 2;
const GENDER: usize = 4;
const BIRTHDAY: usize = 5;
const PLACE: std::ops::Range<usize> = 6..9;

/// The same person again: name, birthday and city as before, and a slip in the phone.
fn again(mut row: [String; 20], twin: &[String; 20]) -> [String; 20] {
    for place in [NAME, GENDER, BIRTHDAY].into_iter().chain(PLACE) {
        row[place].clone_from(&twin[place]);
    }
    let (kept, last) = twin[PHONE].split_at(twin[PHONE].len() - 1);
    row[PHONE] = format!("{kept}{}", (last.parse::<u8>().unwrap_or(0) + 1) % 10);
    row
}

type Pair = (&'static str, &'static str);

/// City, province and country.
fn place(chance: &mut Chance) -> (Pair, Pair, Pair) {
    let total: f64 = names::CITIES.iter().map(|c| c.2).sum();
    let mut x = chance.unit() * total;
    let drawn = names::CITIES.iter().find(|(.., w)| {
        x -= w;
        x < 0.0
    });
    let (city, province, _) = *drawn.unwrap_or(&names::CITIES[0]);
    (city, province, if province.0.is_empty() { city } else { ("中国", "China") })
}

fn companies(path: &Path, contacts: &Path, people: &[Person], lang: Lang, chance: &mut Chance) -> io::Result<()> {
    let head = words(lang, [
        ("客户编号", "Account ID"), ("公司名称", "Company name"), ("行业", "Industry"), ("员工人数", "Employees"), ("城市", "City"), ("省份", "Province"),
        ("国家", "Country"), ("年营业额", "Annual revenue"), ("注册日期", "Signup date"), ("采购意向", "Purchase intent"),
    ]);
    let mut csv = Csv::create(path, &head)?;
    let head = words(lang, [("客户编号", "Account ID"), ("联系人", "Contact name"), ("职务", "Role"), ("联系人手机", "Contact phone"), ("联系人邮箱", "Contact email")]);
    let mut people_csv = Csv::create(contacts, &head)?;
    for p in people.iter().filter(|p| p.organisation) {
        let (city, province, country) = place(chance);
        csv.row(&[
            number(p), names::company(chance.between(0, 23), chance.between(0, 4), p.number, lang), pick(*chance.one(&names::INDUSTRIES), lang),
            (chance.exponential(120.0) as i64 + 3).to_string(), pick(city, lang), pick(province, lang), pick(country, lang),
            (chance.between(5, 900) * 100_000).to_string(), p.signup.to_string(), pick(*chance.one(&[("高", "high"), ("中", "medium"), ("低", "low")]), lang),
        ])?;
        for i in 0..chance.between(1, 3) {
            people_csv.row(&[
                number(p), names::person(chance.between(0, 23), chance.between(0, 23), lang), pick(*chance.one(&[("采购", "Buyer"), ("财务", "Finance"), ("老板", "Owner")]), lang),
                format!("{CONTACTS}{:07}", chance.between(0, 9_999_999)), format!("buyer{}.{}@example.org", p.number + 1, i + 1),
            ])?;
        }
    }
    csv.0.flush()?;
    people_csv.0.flush()
}

fn products(path: &Path, lang: Lang, chance: &mut Chance) -> io::Result<()> {
    let head = words(lang, [("商品编号", "Product ID"), ("商品名称", "Product name"), ("类目", "Category"), ("品牌", "Brand"), ("单价", "List price"), ("成本", "Unit cost")]);
    let mut csv = Csv::create(path, &head)?;
    for i in 0..names::PRODUCTS_A_CATEGORY * 5 {
        let price = chance.between(20, 500) * 100;
        csv.row(&[
            product_number(i), names::product(i, lang).to_owned(), names::category(i, lang).to_owned(),
            pick(*chance.one(&[("知味", "Zhiwei"), ("山间", "Shanjian"), ("清和", "Qinghe")]), lang), decimal(price, 2), decimal(price * 55 / 100, 2),
        ])?;
    }
    csv.0.flush()
}

fn each_order(people: &[Person]) -> impl Iterator<Item = (&Person, &Order)> {
    people.iter().flat_map(|p| p.orders.iter().map(move |o| (p, o)))
}

fn orders(path: &Path, lines: &Path, people: &[Person], lang: Lang, chance: &mut Chance) -> io::Result<()> {
    let head = words(lang, [
        ("订单号", "Order ID"), ("会员号", "Customer ID"), ("下单时间", "Order time"), ("实付金额", "Paid"), ("优惠金额", "Discount"), ("优惠券", "Coupon"), ("订单状态", "Status"), ("渠道", "Channel"),
        ("门店", "Store"), ("支付方式", "Payment method"),
    ]);
    let mut csv = Csv::create(path, &head)?;
    let head = words(lang, [("订单号", "Order ID"), ("行号", "Line no"), ("商品编号", "Product ID"), ("类目", "Category"), ("数量", "Quantity"), ("金额", "Amount")]);
    let mut detail = Csv::create(lines, &head)?;
    let mut all: Vec<_> = each_order(people).collect();
    all.sort_by_key(|(_, o)| (o.day, o.second, o.number));
    for (p, o) in all {
        let id = order_number(o);
        let (mut day, mut who) = (moment(o.day, o.second, chance), number(p));
        match chance.between(0, 2999) {
            0 => day = format!("{}-02-30 10:00:00", o.day.date().year()),
            1 => who = String::new(),
            _ => {}
        }
        let channel = if p.organisation { 3 } else if chance.with(0.7) { p.channel.min(2) } else { chance.between(0, 2) as usize };
        let coupon = chance.with(p.thrift);
        let row = [
            id.clone(), who, day, if chance.with(0.01) { format!("￥{}", decimal(o.paid(), 2)) } else { decimal(o.paid(), 2) },
            if coupon { decimal(o.paid() / 20, 2) } else { "0.00".to_owned() },
            if coupon { (*chance.one(&names::COUPONS)).to_owned() } else { String::new() },
            pick(if o.cancelled { ("已取消", "cancelled") } else { ("已完成", "completed") }, lang), pick(names::CHANNELS[channel], lang),
            if channel == 1 { pick(*chance.one(&names::STORES), lang) } else { String::new() }, pick(*chance.one(&[("微信", "WeChat Pay"), ("支付宝", "Alipay"), ("银行卡", "Card")]), lang),
        ];
        csv.row(&row)?;
        if chance.with(0.0005) {
            csv.row(&row)?;
        }
        for (i, l) in o.lines.iter().enumerate() {
            detail.row(&[id.clone(), (i + 1).to_string(), product_number(l.product), names::category(l.product, lang).to_owned(), l.quantity.to_string(), decimal(l.paid, 2)])?;
        }
    }
    csv.0.flush()?;
    detail.0.flush()
}

fn refunds(path: &Path, people: &[Person], lang: Lang, chance: &mut Chance) -> io::Result<()> {
    let head = words(lang, [("退款单号", "Refund ID"), ("订单号", "Order ID"), ("会员号", "Customer ID"), ("退款时间", "Refund time"), ("退款金额", "Refund amount"), ("退款原因", "Reason")]);
    let mut csv = Csv::create(path, &head)?;
    for (p, o) in each_order(people) {
        if let Some((day, amount)) = o.refund.filter(|_| !o.cancelled) {
            csv.row(&[
                format!("{MARK}R{:08}", o.number), order_number(o), number(p), moment(day, 36_000 + chance.between(0, 36_000), chance), decimal(amount, 2),
                pick(*chance.one(&names::REASONS), lang),
            ])?;
        }
    }
    csv.0.flush()
}

fn interactions(path: &Path, people: &[Person], lang: Lang, today: Day, chance: &mut Chance) -> io::Result<()> {
    let head = words(lang, [("会员号", "Customer ID"), ("互动时间", "Interaction time"), ("互动类型", "Interaction type"), ("渠道", "Channel")]);
    let kinds: [Pair; 6] = [("访问", "visit"), ("点击", "click"), ("打开邮件", "open"), ("电话", "call"), ("到店", "store visit"), ("推荐", "referral")];
    let mut csv = Csv::create(path, &head)?;
    for p in people {
        let (mean, until) = match p.habit {
            Habit::Champion => (14.0, today),
            Habit::Steady | Habit::New | Habit::Returned => (7.0, today),
            Habit::Prospect => (2.0, today),
            _ => (3.0, p.orders.last().map_or(today, |o| o.day)),
        };
        let span = i64::from(until.0 - p.signup.0).max(0);
        for _ in 0..chance.exponential(mean) as i64 {
            let kind = *chance.weighted(&[(kinds[0], 5.0), (kinds[1], 3.0), (kinds[2], 2.0), (kinds[3], 1.0), (kinds[4], 1.0), (kinds[5], 0.4)]);
            csv.row(&[number(p), moment(p.signup.plus(chance.between(0, span) as i32), chance.between(28_800, 79_000), chance), pick(kind, lang), pick(names::CHANNELS[p.channel], lang)])?;
        }
        if p.happiness < 0.5 && chance.with(0.2) {
            csv.row(&[number(p), moment(until, chance.between(28_800, 79_000), chance), pick(("投诉", "complaint"), lang), pick(("电话", "phone"), lang)])?;
        }
    }
    csv.0.flush()
}

fn answers(path: &Path, people: &[Person], lang: Lang, today: Day, chance: &mut Chance) -> io::Result<()> {
    let head = words(lang, [("会员号", "Customer ID"), ("评价时间", "Answered at"), ("问卷类型", "Survey"), ("评分", "Score"), ("评价内容", "Comment")]);
    let mut csv = Csv::create(path, &head)?;
    for (p, o) in each_order(people) {
        if !chance.with(0.06) {
            continue;
        }
        let (late, nps) = (o.refund.is_some(), chance.with(0.6));
        let mood = (p.happiness + 0.22 * chance.normal() - if late { 0.3 } else { 0.0 }).clamp(0.0, 1.0);
        let score = if nps { (mood * 10.0).round() } else { 1.0 + (mood * 4.0).round() };
        let comment = match (late, mood > 0.75) {
            (true, _) => pick(("包装破损，物流慢", "Parcel came late and damaged"), lang),
            (false, true) => pick(("很满意，会再来", "Very happy, will come again"), lang),
            _ => String::new(),
        };
        csv.row(&[number(p), moment(o.day.plus(chance.between(2, 9) as i32).min(today), 43_200, chance), if nps { "NPS" } else { "CSAT" }.to_owned(), format!("{score}"), comment])?;
    }
    csv.0.flush()
}

fn costs(path: &Path, lang: Lang, today: Day, chance: &mut Chance) -> io::Result<()> {
    let head = words(lang, [("渠道", "Channel"), ("开始日期", "From"), ("结束日期", "To"), ("投放费用", "Spend")]);
    let mut csv = Csv::create(path, &head)?;
    for month in (0..24).rev() {
        let (from, to) = (today.months_before(month + 1).plus(1), today.months_before(month));
        for channel in &names::CHANNELS[..3] {
            csv.row(&[pick(*channel, lang), from.to_string(), to.to_string(), decimal(chance.between(4_000, 22_000) * 100, 2)])?;
        }
    }
    csv.0.flush()
}
