//! Every outcome a reader can act on: why a file is refused, why a row is rejected, what was guessed. Each has a stable key and a
//! sentence in Chinese and in English; `{name}` in a sentence is filled from the outcome's parameters.

use domain::{Label, Lang};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Parameters of a sentence, by name.
pub type Params = BTreeMap<String, String>;

/// `params([("limit", "1000")])`.
pub(crate) fn params<const N: usize>(pairs: [(&str, &str); N]) -> Params {
    pairs.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
}

/// Parameters that say where a row of several sheets stands.
pub(crate) const ON_SHEET: &str = "on_sheet";
pub(crate) const ON_ROW: &str = "on_row";

macro_rules! codes {
    ($( $variant:ident $key:literal $zh:literal $en:literal; )*) => {
        /// Why a file is refused, why a row is rejected, or what was guessed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $( #[doc = $en] $variant, )*
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Code] = &[$( Code::$variant, )*];

            /// Stable machine name.
            pub fn key(self) -> &'static str {
                match self { $( Code::$variant => $key, )* }
            }

            /// The sentence with its placeholders.
            fn template(self, lang: Lang) -> &'static str {
                match self { $( Code::$variant => lang.pick($zh, $en), )* }
            }
        }
    };
}

codes! {
    // the file as a whole
    FileUnreadable "file_unreadable" "文件无法读取：{detail}" "The file cannot be read: {detail}";
    FileEmpty "file_empty" "文件是空的，没有数据行" "The file is empty: it has no data row";
    FileDamaged "file_damaged" "文件已损坏：{detail}" "The file is damaged: {detail}";
    FileEncrypted "file_encrypted" "文件有密码保护，请先在 Excel 中去掉密码再上传" "The file is protected by a password; remove it in Excel and upload again";
    FormatUnknown "format_unknown" "无法识别文件格式；支持 CSV、TSV、XLSX、XLS、JSON、Parquet" "Not a format we read; CSV, TSV, XLSX, XLS, JSON and Parquet are";
    FormatHtml "format_html" "这是网页（HTML），其中没有数据表格；请在 Excel 中打开并另存为 XLSX" "This is a web page (HTML) without a table of data; open it in Excel and save it as XLSX";
    FormatUnsupported "format_unsupported" "不支持 {format} 格式；请另存为 XLSX 或 CSV" "{format} files are not supported; save as XLSX or CSV";
    EncodingUnknown "encoding_unknown" "未知的文字编码：{encoding}" "Unknown text encoding: {encoding}";
    SheetMissing "sheet_missing" "找不到工作表“{sheet}”" "There is no sheet “{sheet}”";
    HeaderDiffers "header_differs" "文件的表头与所选映射不一致：第 {column} 列应为“{expected}”，实际是“{found}”" "The header differs from the mapping: column {column} should be “{expected}” but is “{found}”";
    MappingEmpty "mapping_empty" "没有任何列对应到客户、订单或其他数据" "No column is mapped to customers, orders or anything else we keep";
    MappingInvalid "mapping_invalid" "映射有误：{detail}" "The mapping is not valid: {detail}";
    TimeZoneUnknown "time_zone_unknown" "未知时区：{zone}" "Unknown time zone: {zone}";
    LineTooLong "line_too_long" "第 {line} 行超过 {limit} 字节" "Line {line} is longer than {limit} bytes";
    TooManyColumns "too_many_columns" "第 {line} 行超过 {limit} 列" "Line {line} has more than {limit} columns";
    CellTooLong "cell_too_long" "第 {line} 行有超过 {limit} 字节的单元格" "Line {line} has a cell longer than {limit} bytes";
    TooManyCells "too_many_cells" "工作表展开后超过 {limit} 个单元格" "The sheet unfolds to more than {limit} cells";
    ZipTooManyEntries "zip_too_many_entries" "压缩包内文件超过 {limit} 个" "The archive has more than {limit} entries";
    ZipEntryTooLarge "zip_entry_too_large" "压缩包内的“{entry}”解压后超过 {limit} 字节" "“{entry}” in the archive unfolds to more than {limit} bytes";
    ZipTooLarge "zip_too_large" "压缩包解压后共超过 {limit} 字节" "The archive unfolds to more than {limit} bytes in all";
    ZipRatio "zip_ratio" "“{entry}”的压缩比超过 {limit}，疑似压缩炸弹" "“{entry}” is compressed more than {limit} to 1: this looks like a zip bomb";
    ZipNested "zip_nested" "压缩包里还有压缩包“{entry}”" "There is an archive “{entry}” inside the archive";
    ZipText "zip_text_too_many" "工作簿的文字超过 {limit} 条" "The workbook holds more than {limit} texts";
    NestingTooDeep "nesting_too_deep" "第 {line} 行嵌套超过 {limit} 层" "Line {line} is nested deeper than {limit} levels";
    // a row
    RowUndecodable "row_undecodable" "有不属于 {encoding} 编码的字节" "The line has bytes that are not {encoding}";
    RowTooLong "row_too_long" "有 {found} 个字段，表头只有 {expected} 个" "The row has {found} fields, the header only {expected}";
    RowTooShort "row_too_short" "只有 {found} 个字段，表头有 {expected} 个" "The row has only {found} fields, the header {expected}";
    QuoteUnclosed "quote_unclosed" "引号没有成对" "A quote is opened and never closed";
    JsonInvalid "json_invalid" "不是合法的 JSON" "Not valid JSON";
    JsonNotObject "json_not_object" "不是 JSON 对象" "Not a JSON object";
    TotalsRow "totals_row" "这是合计行，不是数据" "This is a totals row, not data";
    CustomerMissing "customer_missing" "没有客户标识（会员号、手机号或邮箱）" "The row names no customer (number, phone or e-mail)";
    OrderMissing "order_missing" "没有订单号" "The row names no order";
    OrderUnknown "order_unknown" "订单“{order}”不在这些文件里，以前也没有导入过" "The order “{order}” is neither in these files nor imported before";
    ProductMissing "product_missing" "没有商品编号" "The row names no product";
    DateMissing "date_missing" "没有日期" "The row has no date";
    AmountMissing "amount_missing" "没有金额" "The row has no amount";
    ScoreMissing "score_missing" "没有评分" "The row has no score";
    DateInvalid "date_invalid" "不是有效日期" "Not a date that exists";
    DateOutOfRange "date_out_of_range" "日期不在 {first} 至 {last} 之间" "The date is not between {first} and {last}";
    NumberInvalid "number_invalid" "不是数字" "Not a number";
    NumberOutOfRange "number_out_of_range" "数字太大" "The number is too large";
    MoneyInvalid "money_invalid" "不是金额" "Not an amount of money";
    MoneyOutOfRange "money_out_of_range" "金额太大" "The amount is too large";
    CurrencyForeign "currency_foreign" "币种是 {found}，工作区使用 {expected}" "The currency is {found}, the workspace reckons in {expected}";
    PhoneLostDigits "phone_lost_digits" "手机号被 Excel 变成科学计数法，后几位已丢失" "Excel turned the phone number into scientific notation and its last digits are lost";
    PhoneInvalid "phone_invalid" "不是电话号码" "Not a phone number";
    EmailInvalid "email_invalid" "不是邮箱地址" "Not an e-mail address";
    IdLostDigits "id_lost_digits" "编号被 Excel 变成科学计数法，后几位已丢失" "Excel turned the number into scientific notation and its last digits are lost";
    BoolInvalid "bool_invalid" "不是“是/否”" "Not yes or no";
    ScoreInvalid "score_invalid" "评分不在 {low} 至 {high} 之间" "The score is not between {low} and {high}";
    CellError "cell_error" "单元格是错误值 {value}" "The cell holds the error {value}";
    TextTooLong "text_too_long" "文字超过 {limit} 个字符" "The text is longer than {limit} characters";
    ErasedPerson "erased_person" "这一行属于已删除的人，没有导入，内容也不保存" "The row is about a person who was erased; it was left out, and its content is not kept";
    NothingFound "nothing_found" "这一行没有任何可用内容" "Nothing in the row can be used";
    // what was left out of an accepted row
    EmailDropped "email_dropped" "邮箱无法识别，已忽略" "The e-mail address could not be read and was left out";
    PhoneDropped "phone_dropped" "电话无法识别，已忽略" "The phone number could not be read and was left out";
    MoneyRounded "money_rounded" "金额的小数位多于币种，已四舍六入五成双" "An amount had more decimals than its currency and was rounded, halves to even";
    ScoreDropped "score_dropped" "订单旁的评分无法识别，已留空" "A score beside an order could not be read and was left blank";
    ValuesLeftBlank "values_left_blank" "“{column}”有 {count} 个值无法识别，已留空（第 {line} 行“{value}”：{reason_zh}）" "“{column}”: values that could not be read and were left blank: {count} (line {line} “{value}”: {reason_en})";
    AttributeDropped "attribute_dropped" "属性值无法识别，已留空" "An attribute could not be read and was left blank";
    // what was guessed about a file
    GuessEncoding "guess_encoding" "文字编码：{encoding}" "Text encoding: {encoding}";
    GuessDelimiter "guess_delimiter" "分隔符：{delimiter}" "Fields are separated by {delimiter}";
    GuessSheet "guess_sheet" "使用工作表“{sheet}”（共 {count} 个）" "Sheet “{sheet}” is used, of {count}";
    GuessSheetsLeft "guess_sheets_left" "这里读取工作表“{sheet}”（共 {count} 个），不含：{others}" "This is sheet “{sheet}” of {count}; not read with it: {others}";
    GuessSheets "guess_sheets" "{count} 个工作表表头相同，合并读取：{sheets}" "{count} sheets with the same header are read as one table: {sheets}";
    GuessHeader "guess_header" "表头在第 {row} 行" "The header is in row {row}";
    GuessNoHeader "guess_no_header" "没有表头，按内容识别列" "There is no header; columns were recognised by their content";
    GuessFormat "guess_format" "扩展名是 {extension}，内容其实是 {format}" "The name says {extension}, the content is {format}";
    GuessKinds "guess_kinds" "识别出的数据：{kinds_zh}" "Recognised data: {kinds_en}";
    GuessNoKind "guess_no_kind" "没有识别出客户、订单等数据，请手动选择列的含义" "No customers, orders or other data were recognised; choose the meaning of the columns";
    GuessDateOrder "guess_date_order" "“{column}”按 {order} 读取" "“{column}” is read as {order}";
    GuessDateAmbiguous "guess_date_ambiguous" "“{column}”的日和月无法区分，暂按 {order} 读取，请核对" "Day and month of “{column}” cannot be told apart; it is read as {order}, please check";
    GuessDateContrary "guess_date_contrary" "“{column}”中既有日在前、也有月在前的日期：按 {order} 读取，样本中 {count} 个读不出，将被拒绝或留空" "“{column}” has dates with the day first and dates with the month first: it is read as {order}, {count} of the sample cannot be and will be rejected or left blank";
    GuessDateMixed "guess_date_mixed" "“{column}”中有 {count} 种日期写法" "“{column}” has {count} ways of writing dates";
    GuessSerial "guess_serial" "“{column}”是 Excel 序列日期" "“{column}” holds Excel serial dates";
    GuessEpoch1904 "guess_epoch_1904" "工作簿使用 1904 日期系统" "The workbook counts days from 1904";
    GuessTimeZone "guess_time_zone" "没有时区的时间按 {zone} 读取" "Times without a zone are read as {zone}";
    GuessDecimalComma "guess_decimal_comma" "“{column}”用逗号作小数点" "“{column}” uses a comma as the decimal mark";
    GuessScale "guess_scale" "“{column}”的单位是 {factor}，已换算" "“{column}” is in units of {factor} and is multiplied";
    GuessIdDecimal "guess_id_decimal" "“{column}”的编号都以 .0 结尾，已去掉" "All numbers in “{column}” end in .0, which is taken off";
    GuessLineAmount "guess_line_amount" "金额 = 数量 × 单价" "Amount = quantity × unit price";
    GuessRefundPrefix "guess_refund_prefix" "以 {prefix} 开头的单号是退款" "Numbers that begin with {prefix} are refunds";
    GuessRefundNegative "guess_refund_negative" "负数金额或数量按退款处理" "Negative amounts or quantities are refunds";
    GuessOrderRow "guess_order_row" "没有订单号，每一行算一个订单" "There is no order number: each row is one order";
    GuessOrderDay "guess_order_day" "没有订单号，同一客户同一天的行合为一个订单" "There is no order number: rows of one customer on one day are one order";
    GuessStatus "guess_status" "“{column}”的理解：{words_zh}" "“{column}” is understood as {words_en}";
    GuessStatusUnknown "guess_status_unknown" "“{column}”中有不认识的状态，按正常订单计入，请核对：{words_zh}" "“{column}” has words that are not known and count as bought, please check: {words_en}";
    GuessCurrencyForeign "guess_currency_foreign" "文件的币种是 {found}，而工作区使用 {expected}：{found} 的行将被拒绝" "The file reckons in {found}, the workspace in {expected}: rows in {found} will be rejected";
    GuessContinued "guess_continued" "订单信息只写在首行，后面的行是同一订单的明细" "An order's own cells stand on its first row only; the rows below are its other lines";
    GuessOrderParts "guess_order_parts" "同一订单号有多行且金额不同，各行金额相加" "An order number stands on several rows with different amounts: they are added up";
    GuessOrderCorrected "guess_order_corrected" "样本中有 {count} 个订单号出现多次且金额不同，以最后一行为准，请核对" "{count} order numbers of the sample come again with another amount; the last row counts, please check";
    GuessAttributeUnread "guess_attribute_unread" "“{column}”中有 {count} 个值无法识别（如“{value}”），将留空" "Values of “{column}” that cannot be read and will be left blank: {count} (“{value}”)";
    GuessAmountUnknown "guess_amount_unknown" "没有金额，实付按 0 记，因此没有有效订单，也没有人算买家；请指定金额列" "There is no amount: paid counts as 0, so no order is valid and nobody is a buyer; map a column with the amount";
    GuessCustomerRow "guess_customer_row" "没有客户编号，每一行算一个客户" "There is no customer number: each row is one customer";
    GuessCustomerName "guess_customer_name" "没有客户编号，按“{column}”识别客户，重名会合为一人" "There is no customer number: customers are told apart by “{column}”, so namesakes become one";
    GuessCustomerBlank "guess_customer_blank" "样本中 {share}% 的行没有客户，将被拒绝" "{share}% of the sampled rows name no customer and will be rejected";
    GuessCustom "guess_custom" "{count} 个其他列成为自定义属性" "Other columns that become custom attributes: {count}";
    GuessIgnored "guess_ignored" "未使用的列：{columns}" "Columns not used: {columns}";
    GuessRunning "guess_running" "只给行编号的列不导入：{columns}" "Columns that only number the rows are left out: {columns}";
    GuessSensitive "guess_sensitive" "敏感个人信息默认不导入：{columns}" "Sensitive personal details are left out unless you choose otherwise: {columns}";
    GuessPhoneLost "guess_phone_lost" "“{column}”中有 {count} 个号码丢失了位数" "“{column}” has {count} numbers with lost digits";
    GuessTotals "guess_totals" "文件末尾有合计行" "There is a totals row at the end";
    GuessUndecodable "guess_undecodable" "样本中有 {count} 行含无法解码的字节" "{count} of the sampled lines have bytes that cannot be decoded";
}

impl Code {
    /// Is it a guess that a person should look at before going on?
    pub fn is_warning(self) -> bool {
        matches!(self, Code::GuessStatusUnknown | Code::GuessSheetsLeft | Code::GuessOrderParts | Code::GuessOrderCorrected | Code::GuessCurrencyForeign | Code::GuessDateAmbiguous | Code::GuessDateContrary | Code::GuessAmountUnknown | Code::GuessCustomerName | Code::GuessCustomerBlank | Code::GuessAttributeUnread | Code::GuessPhoneLost | Code::GuessUndecodable)
    }

    /// By machine name.
    pub fn parse(key: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|c| c.key() == key)
    }

    /// The sentence for a reader, with its parameters filled in.
    pub fn message(self, lang: Lang, params: &Params) -> String {
        let mut text = self.template(lang).to_owned();
        // a row of several sheets read as one is found by its sheet and its place there
        if let (Some(sheet), Some(row)) = (params.get(ON_SHEET), params.get(ON_ROW)) {
            text = match lang {
                Lang::Zh => format!("{text}（工作表“{sheet}”第 {row} 行）"),
                Lang::En => format!("{text} (sheet “{sheet}”, row {row})"),
            };
        }
        for (name, value) in params {
            text = text.replace(&format!("{{{name}}}"), value);
        }
        text
    }

    /// The sentence in both languages.
    pub fn label(self, params: &Params) -> Label {
        Label::new(self.message(Lang::Zh, params), self.message(Lang::En, params))
    }
}

/// Parameters that repeat what stood in a cell.
const CELLS: [&str; 5] = ["value", "found", "order", "words_zh", "words_en"];

impl Code {
    /// The sentence for a reader who may not see the cells of a file: `…` stands for what it would repeat of them, and for what is
    /// not known.
    pub fn reserved(self, params: &Params) -> Label {
        let told = params.iter().filter(|(name, _)| !CELLS.contains(&name.as_str())).map(|(name, value)| (name.clone(), value.clone())).collect();
        let blank = |lang| {
            let mut text = self.message(lang, &told);
            while let Some((from, to)) = text.find('{').and_then(|from| Some((from, from + text.get(from..)?.find('}')?))) {
                text.replace_range(from..=to, "…");
            }
            text
        };
        Label::new(blank(Lang::Zh), blank(Lang::En))
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
        s.serialize_str(self.key())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
        let key = String::deserialize(d)?;
        Code::parse(&key).ok_or_else(|| serde::de::Error::custom(format!("no such code: {key}")))
    }
}

/// A file that cannot be read at all, or not to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message(Lang::En))]
pub struct Error {
    /// what is wrong
    pub code: Code,
    /// filled into the sentence
    pub params: Params,
}

impl Error {
    pub(crate) fn new<const N: usize>(code: Code, pairs: [(&str, &str); N]) -> Error {
        Error { code, params: params(pairs) }
    }

    /// The sentence for a reader.
    pub fn message(&self, lang: Lang) -> String {
        self.code.message(lang, &self.params)
    }

    /// The sentence in both languages.
    pub fn label(&self) -> Label {
        self.code.label(&self.params)
    }

    pub(crate) fn damaged(detail: impl std::fmt::Display) -> Error {
        Error::new(Code::FileDamaged, [("detail", &detail.to_string())])
    }
}

impl From<std::io::Error> for Error {
    fn from(e: std::io::Error) -> Error {
        Error::new(Code::FileUnreadable, [("detail", &e.to_string())])
    }
}

/// Result of a whole-file operation.
pub type Result<T> = std::result::Result<T, Error>;

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn keys_are_unique_and_both_languages_fill_the_same_placeholders() {
        let keys: BTreeSet<&str> = Code::ALL.iter().map(|c| c.key()).collect();
        assert_eq!(keys.len(), Code::ALL.len());
        let holes = |text: &str| text.split('{').skip(1).filter_map(|p| p.split_once('}').map(|x| x.0.trim_end_matches("_zh").trim_end_matches("_en").to_owned())).collect::<BTreeSet<_>>();
        for code in Code::ALL {
            assert_eq!(holes(code.template(Lang::Zh)), holes(code.template(Lang::En)), "{}", code.key());
            assert_eq!(Code::parse(code.key()), Some(*code));
        }
    }

    #[test]
    fn a_reserved_sentence_repeats_no_cell() {
        let p = params([("column", "生日"), ("count", "2"), ("line", "7"), ("value", "1990-3-55"), ("reason_zh", "不是日期"), ("reason_en", "not a date")]);
        assert_eq!(Code::ValuesLeftBlank.reserved(&p).zh, "“生日”有 2 个值无法识别，已留空（第 7 行“…”：不是日期）");
        assert_eq!(Code::CurrencyForeign.reserved(&Params::new()).en, "The currency is …, the workspace reckons in …");
        assert_eq!(Code::DateInvalid.reserved(&Params::new()), Code::DateInvalid.label(&Params::new()));
        for code in Code::ALL {
            assert!(!code.reserved(&Params::new()).en.contains(['{', '}']), "{}", code.key());
        }
    }

    #[test]
    fn a_sentence_is_filled() {
        let p = params([("found", "9"), ("expected", "8")]);
        assert_eq!(Code::RowTooLong.message(Lang::En, &p), "The row has 9 fields, the header only 8");
        assert_eq!(Code::RowTooLong.message(Lang::Zh, &p), "有 9 个字段，表头只有 8 个");
    }
}
