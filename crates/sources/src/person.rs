//! What a column says about whoever its row is about, told by its header and its content: what can show that two rows are one
//! person, what numbers the rows, what gives the answer away, and what says nothing.

use crate::{
    Mapping, Table, attribute,
    code::Code,
    concept::{Concept, concept},
    header,
    mapping::DateOrder,
    value::{
        Cell, contact,
        date::{self, Moment},
        text,
    },
};
use domain::Day;
use hashbrown::HashSet;
use std::borrow::Cow;

/// What a column says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trait {
    /// number of the row or of a customer
    Id,
    /// which rows are one person: somebody knows already
    Label,
    /// first name
    GivenName,
    /// surname
    FamilyName,
    /// whole name
    FullName,
    /// company
    Company,
    /// telephone number
    Phone,
    /// e-mail address
    Email,
    /// day of birth
    BirthDate,
    /// number of a person: identity card, passport, tax, account of a messenger
    Identity,
    /// street or whole address
    Address,
    /// house number
    House,
    /// postcode
    Postcode,
    /// suburb, city, province, country
    Place,
    /// gender
    Gender,
    /// one of few values
    Category,
    /// other text
    Text,
    /// amount or count
    Number,
    /// another day or time
    Time,
    /// nothing
    Empty,
}

impl Trait {
    /// Machine name.
    pub fn key(self) -> &'static str {
        use Trait::*;
        match self {
            Id => "id",
            Label => "label",
            GivenName => "given_name",
            FamilyName => "family_name",
            FullName => "full_name",
            Company => "company",
            Phone => "phone",
            Email => "email",
            BirthDate => "birth_date",
            Identity => "identity",
            Address => "address",
            House => "house",
            Postcode => "postcode",
            Place => "place",
            Gender => "gender",
            Category => "category",
            Text => "text",
            Number => "number",
            Time => "time",
            Empty => "empty",
        }
    }
}

/// What was found in one column.
#[derive(Debug, Clone, PartialEq)]
pub struct TraitGuess {
    /// place in the table, from 0
    pub column: usize,
    /// header as written
    pub header: String,
    /// what it says
    pub what: Trait,
    /// is every cell filled in and different from every other?
    pub is_unique: bool,
    /// share of the rows that are filled in
    pub fill: f64,
}

/// Headers that are known beside those of `concept`, normalised.
const HEADERS: &[(Trait, &[&str])] = &[
    (Trait::Label, &[
        "cluster", "cluster id", "entity", "entity id", "label", "labels", "match id", "group id", "duplicate group", "duplicate of", "true id", "truth", "gold", "ground truth", "dup of", "dup id", "true cluster",
        "is duplicate", "is match", "实体", "实体id", "实体编号", "簇", "重复组", "重复组号", "真实id", "真实编号", "标注", "是否重复",
    ]),
    (Trait::Id, &["row", "row id", "row number", "index", "idx", "record id", "record number", "record no", "rec no", "行号", "序号", "记录号", "记录编号", "source id", "dataset", "source dataset"]),
    (Trait::House, &["street number", "house number", "house no", "street no", "building number", "unit number", "门牌号", "门牌", "楼号", "室号"]),
    (Trait::Postcode, &["postcode", "post code", "postal code", "zip", "zip code", "zipcode", "zip postcode", "邮编", "邮政编码", "郵遞區號", "郵政編碼"]),
    (Trait::Place, &["suburb", "locality", "municipality", "村", "镇", "街道", "乡镇", "所在地", "籍贯", "birth place", "place of birth", "出生地", "neighbourhood", "neighborhood", "county"]),
    (Trait::Identity, &[
        "微信号", "微信", "微信账号", "qq", "qq号", "qq号码", "wechat", "wechat number", "身份证", "身份证号", "身份证号码", "证件号", "证件号码", "护照号", "银行卡号", "社保号", "ssn", "soc sec id", "social security number", "passport", "passport number",
        "national id", "id card", "id card number", "id number", "tax id", "tax number", "iban", "nhs number", "统一社会信用代码", "税号", "纳税人识别号", "身分證字號", "line id", "whatsapp", "telegram", "unionid", "openid",
    ]),
    (Trait::Address, &[
        "地址", "详细地址", "收货地址", "家庭地址", "住址", "联系地址", "街道地址", "地址1", "地址2", "通讯地址", "客户地址", "收货人地址", "收件人地址", "收件地址", "买家地址", "详细收货地址", "现住址", "户籍地址", "單位地址", "单位地址", "公司地址", "注册地址",
        "address", "address 1", "address 2", "address1", "address2", "street", "street name", "street address", "address line 1", "address line 2", "home address", "shipping address", "billing address", "shipping address 1", "mailing address", "residential address", "full address", "addr",
    ]),
    (Trait::Company, &["practice", "organisation name", "商户名称", "商户名", "工作单位", "单位"]),
    (Trait::FullName, &["person name", "patient name", "contact", "法人", "负责人", "真实姓名"]),
    (Trait::GivenName, &["given names", "christian name", "fname", "name first", "middle name", "名（拼音）"]),
    (Trait::FamilyName, &["lname", "name last", "maiden name"]),
    (Trait::Phone, &["home phone", "work phone", "fax", "传真", "座机", "固定电话", "备用电话", "备用手机"]),
    (Trait::Gender, &["sex", "gender", "性别"]),
];

/// How many filled cells are looked at.
const SAMPLE: usize = 1000;

/// What every column of a table says. Equal tables, equal answers.
pub fn traits(table: &Table, mapping: &Mapping) -> Vec<TraitGuess> {
    (0..table.headers.len()).map(|column| guess(table, mapping, column)).collect()
}

fn guess(table: &Table, mapping: &Mapping, column: usize) -> TraitGuess {
    let header = table.headers.get(column).cloned().unwrap_or_default();
    let filled = table.column(column).filter(|c| !c.is_empty()).count();
    let fill = if table.rows() == 0 { 0.0 } else { filled as f64 / table.rows() as f64 };
    let mut seen = HashSet::new();
    let is_unique = filled > 1 && filled == table.rows() && table.column(column).all(|c| seen.insert(c));
    let what = if filled == 0 { Trait::Empty } else { said(&header).unwrap_or_else(|| shown(table, mapping, column, filled)) };
    TraitGuess { column, what, is_unique, fill, header }
}

/// What the header says.
fn said(written: &str) -> Option<Trait> {
    let key = header::normal(written);
    if let Some((what, _)) = HEADERS.iter().find(|(_, all)| all.contains(&key.as_str())) {
        return Some(*what);
    }
    let (found, sure) = concept(written)?;
    if sure < 0.75 {
        return None;
    }
    Some(match found {
        Concept::CustomerId | Concept::CompanyId | Concept::ContactId | Concept::Member | Concept::Id | Concept::OrderId | Concept::LineNo | Concept::TicketId => Trait::Id,
        Concept::Phone | Concept::ContactPhone => Trait::Phone,
        Concept::Email | Concept::ContactEmail => Trait::Email,
        Concept::Unionid => Trait::Identity,
        Concept::Name | Concept::ContactName => Trait::FullName,
        Concept::GivenName => Trait::GivenName,
        Concept::FamilyName => Trait::FamilyName,
        Concept::Company => Trait::Company,
        Concept::Date | Concept::OrderDate | Concept::TimeOfDay | Concept::RefundDate | Concept::InteractionDate | Concept::AnswerDate | Concept::From | Concept::To => Trait::Time,
        Concept::Paid | Concept::Gross | Concept::Amount | Concept::Discount | Concept::Goods | Concept::Quantity | Concept::Price | Concept::Score | Concept::Nps | Concept::Spend => Trait::Number,
        Concept::Attribute(place) => match attribute::ALL.get(usize::from(place)).map_or("", |a| a.key) {
            "gender" => Trait::Gender,
            "birthday" => Trait::BirthDate,
            "country" | "province" | "city" | "district" => Trait::Place,
            "signup_day" => Trait::Time,
            "birth_year" | "age" | "income" | "employees" | "annual_revenue" | "household_size" | "acquisition_cost" => Trait::Number,
            _ => Trait::Category,
        },
        _ => return None,
    })
}

/// What the content shows, where the header says nothing.
fn shown(table: &Table, mapping: &Mapping, column: usize, filled: usize) -> Trait {
    // from all over the table
    let step = filled.div_ceil(SAMPLE).max(1);
    let cells: Vec<&str> = table.column(column).filter(|c| !c.is_empty()).step_by(step).collect();
    let share = |is: &dyn Fn(&str) -> bool| cells.iter().filter(|c| is(c)).count() as f64 / cells.len().max(1) as f64;
    let distinct: HashSet<&str> = cells.iter().copied().collect();
    let order = order_of(mapping, column);
    if share(&|c| contact::email(&Cell::text(c)).is_ok_and(|e| e.is_some())) >= 0.6 {
        Trait::Email
    } else if share(&is_identity_card) >= 0.8 {
        Trait::Identity
    } else if share(&is_mobile) >= 0.8 {
        Trait::Phone
    } else if share(&|c| c.parse::<f64>().is_ok() && c.len() < 8) >= 0.9 {
        Trait::Number
    } else if share(&|c| day(c, order).is_some()) >= 0.8 {
        let years: HashSet<i32> = cells.iter().filter_map(|c| day(c, order)).map(|d| d.0 / 366).collect();
        if years.len() >= 20 { Trait::BirthDate } else { Trait::Time }
    } else if share(&is_chinese_address) >= 0.6 {
        Trait::Address
    } else if share(&is_chinese_name) >= 0.8 && distinct.len() * 8 >= cells.len() {
        Trait::FullName
    } else if distinct.len() <= 50 && distinct.len() * 20 <= cells.len() {
        Trait::Category
    } else if share(&|c| c.parse::<f64>().is_ok()) >= 0.9 {
        Trait::Number
    } else {
        Trait::Text
    }
}

fn is_mobile(cell: &str) -> bool {
    let digits = phone(cell);
    digits.len() == 11 && digits.starts_with('1') && !digits.starts_with("10") && !digits.starts_with("11") && !digits.starts_with("12")
}

fn is_identity_card(cell: &str) -> bool {
    cell.len() == 18 && cell.bytes().take(17).all(|b| b.is_ascii_digit()) && cell.ends_with(|c: char| c.is_ascii_digit() || matches!(c, 'x' | 'X'))
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{2fa1f}')
}

fn is_chinese_address(cell: &str) -> bool {
    let long = cell.chars().count();
    long >= 6 && cell.chars().filter(|c| is_han(*c)).count() * 2 >= long && cell.contains(['省', '市', '区', '县', '路', '街', '号', '村', '镇', '巷', '弄', '栋', '室'])
}

/// The hundred family names most people in China have, and compound ones.
fn is_chinese_name(cell: &str) -> bool {
    const FAMILIES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文肖章欧";
    let long = cell.chars().count();
    (2..=4).contains(&long) && cell.chars().all(is_han) && cell.chars().next().is_some_and(|c| FAMILIES.contains(c))
}

/// The day a cell names.
fn day(cell: &str, order: DateOrder) -> Option<Day> {
    match date::read(&Cell::text(cell), order) {
        Ok(Some(Moment::Local { day, .. })) => Some(Day(day)),
        _ => None,
    }
}

fn order_of(mapping: &Mapping, column: usize) -> DateOrder {
    mapping.columns.iter().find(|c| c.index == column).and_then(|c| c.date_order).unwrap_or(mapping.date_order)
}

/// Digits without the country code of China, which is written or not; what cannot be read stays as it is; what a spreadsheet
/// cut to `1.38E+10` is nothing.
fn phone(cell: &str) -> Cow<'_, str> {
    match contact::phone(&Cell::text(cell), "") {
        Ok(Some(digits)) => {
            let home = digits.strip_prefix("86").filter(|rest| rest.len() >= 10);
            Cow::Owned(home.map(str::to_owned).unwrap_or(digits))
        }
        Err(fault) if fault.code == Code::PhoneLostDigits => Cow::Borrowed(""),
        _ => Cow::Borrowed(cell),
    }
}

/// A cell as it is meant: phone numbers as digits, addresses of e-mail in lower case, days as `YYYY-MM-DD`. What cannot be
/// read stays as it is written.
pub fn meant<'c>(what: Trait, cell: &'c str, mapping: &Mapping, column: usize) -> Cow<'c, str> {
    if cell.is_empty() {
        return Cow::Borrowed(cell);
    }
    match what {
        Trait::Phone => phone(cell),
        Trait::BirthDate | Trait::Time => match day(cell, order_of(mapping, column)) {
            Some(day) => Cow::Owned(day.to_string()),
            None => Cow::Borrowed(cell),
        },
        Trait::Email => Cow::Owned(text::narrowed(cell).to_lowercase()),
        _ => Cow::Borrowed(cell),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, probe, table};
    use domain::{Currency, Zone};

    fn found(text: &str) -> (Table, Mapping, Vec<TraitGuess>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.csv");
        std::fs::write(&path, text).unwrap();
        let mapping = probe(&path, &Options::new(&Zone::utc(), Currency::CNY)).unwrap().mapping;
        let table = table(&path, &mapping, usize::MAX).unwrap();
        let traits = traits(&table, &mapping);
        (table, mapping, traits)
    }

    fn kinds(text: &str) -> Vec<Trait> {
        found(text).2.iter().map(|t| t.what).collect()
    }

    #[test]
    fn headers_in_both_languages() {
        use Trait::*;
        let head = "rec_id, given_name, surname, street_number, address_1, address_2, suburb, postcode, state, date_of_birth, soc_sec_id\n";
        let row = "rec-1-org, lachlan, berry, 69, giblin street, killarney, bittern, 4814, qld, 19990219, 7364009\n";
        assert_eq!(kinds(&format!("{head}{row}{row}")), [Id, GivenName, FamilyName, House, Address, Address, Place, Postcode, Place, BirthDate, Identity]);
        assert_eq!(kinds("unique_id,first_name,surname,dob,city,email,cluster\n1,a,b,1990-01-01,x,a@b.cn,7\n2,a,b,1990-01-01,x,a@b.cn,7\n"), [Id, GivenName, FamilyName, BirthDate, Place, Email, Label]);
        assert_eq!(kinds("编号,姓名,手机号,详细地址,邮编,性别,身份证号,所在城市,单位\n1,王芳,13800001111,文三路1号,310000,女,110101199003071234,杭州,茶铺\n2,李雷,13800001112,文三路2号,310000,男,110101199003071235,杭州,茶铺\n"),
            [Id, FullName, Phone, Address, Postcode, Gender, Identity, Place, Company]);
    }

    #[test]
    fn content_where_the_header_says_nothing() {
        let names = ["王晓芳", "李雷", "张伟", "刘洋", "陈静", "赵敏", "黄蓉", "周杰"];
        let mut text = "甲,乙,丙,丁,戊,己\n".to_owned();
        for i in 0..40 {
            text += &format!("{}{},1380000{:04},浙江省杭州市文三路{i}号,{}-03-0{},u{i}@mail.cn,{}\n", names[i % 8], ["", "华"][i % 2], i * 7, 1950 + i, i % 9 + 1, ["a", "b"][i % 2]);
        }
        assert_eq!(kinds(&text)[..6], [Trait::FullName, Trait::Phone, Trait::Address, Trait::BirthDate, Trait::Email, Trait::Category]);
    }

    #[test]
    fn cells_as_they_are_meant() {
        let (_, mapping, _) = found("姓名,手机\n王芳,13800001111\n李雷,13900001111\n");
        for (what, cell, want) in [
            (Trait::Phone, "+86 138 0000 1111", "13800001111"),
            (Trait::Phone, "１３８００００１１１１", "13800001111"),
            (Trait::Phone, "1.38E+10", ""),
            (Trait::Phone, "143z1493563", "143z1493563"),
            (Trait::BirthDate, "19081209", "1908-12-09"),
            (Trait::BirthDate, "1990年3月5日", "1990-03-05"),
            (Trait::BirthDate, "19990231", "19990231"),
            (Trait::Email, "Ａmy@Example.COM", "amy@example.com"),
            (Trait::FullName, "王 芳", "王 芳"),
        ] {
            assert_eq!(meant(what, cell, &mapping, 1), want, "{cell}");
        }
    }
}
