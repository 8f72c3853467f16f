//! Files of companies: whose the names, numbers and phones in them are, and whether the customers they name are organisations.

use crate::{
    attribute,
    concept::Concept::{self, *},
    header,
    mapping::Column,
    profile::Profile,
    target::Target,
    value::Cell,
};
use hashbrown::HashMap;

const SURE: f64 = 0.75;

/// Attributes that only people have.
const PERSONAL: &[&str] = &["gender", "birthday", "birth_year", "age", "marital_status", "education", "occupation", "income", "household_size"];

fn is(p: &Profile, concept: Concept) -> bool {
    p.filled > 0 && p.concept.is_some_and(|(c, sure)| c == concept && sure >= SURE)
}

/// Is it one of these attributes?
fn describes(p: &Profile, keys: &[&str]) -> bool {
    let Some((Attribute(place), sure)) = p.concept else { return false };
    p.filled > 0 && sure >= SURE && attribute::ALL.get(usize::from(place)).is_some_and(|a| keys.contains(&a.key))
}

/// The number a company is registered under.
fn registers(written: &str) -> bool {
    let name = header::normal(written);
    name.ends_with("信用代码") || matches!(name.as_str(), "营业执照号" | "营业执照" | "纳税人识别号" | "纳税识别号" | "公司税号" | "企业税号" | "統一編號" | "vat number" | "vat no" | "vat id" | "registration number" | "company registration number" | "duns" | "duns number")
}

/// The name of a customer that need not be a person's.
fn names_customer(written: &str) -> bool {
    matches!(header::normal(written).as_str(), "客户名称" | "客户名" | "客户全称" | "客戶名稱" | "客户" | "customer name" | "client name" | "name" | "名称")
}

/// 联系电话, contact phone: of whoever is asked for.
fn of_contact(written: &str) -> bool {
    let name = header::normal(written);
    name.starts_with("联系") || name.starts_with("聯") || name.starts_with("contact")
}

/// Does a name say itself that it is a company's?
fn is_firm(name: &str) -> bool {
    const CHINESE: &[&str] = &["公司", "集团", "工厂", "总厂", "厂", "商行", "商贸", "贸易", "事务所", "合作社", "医院", "银行", "大学", "中学", "小学", "研究院", "研究所", "委员会", "工作室", "酒店", "超市"];
    const ENGLISH: &[&str] = &["ltd", "limited", "inc", "llc", "llp", "plc", "gmbh", "ag", "corp", "corporation", "company", "co", "group", "holdings", "sa", "srl", "bv", "oy", "ab", "kg", "pte", "pty"];
    let chinese = name.chars().count() >= 4 && CHINESE.iter().any(|w| name.trim_end_matches(['）', ')']).ends_with(w));
    chinese || name.to_lowercase().split([' ', ',', '.', '(']).skip(1).any(|w| ENGLISH.contains(&w))
}

pub(super) fn names_firms(p: &Profile) -> bool {
    !p.samples.is_empty() && p.samples.iter().all(|s| is_firm(s))
}

/// Says what the columns beside a company are, and whether the file's customers are organisations.
pub(super) fn weigh(profiles: &mut [Profile]) -> bool {
    let has = |profiles: &[Profile], concept: Concept| profiles.iter().any(|p| is(p, concept));
    let people = profiles.iter().any(|p| describes(p, PERSONAL) || is(p, GivenName) || is(p, FamilyName));
    let ordered = has(profiles, OrderId);
    let listed = |keys: &[&str]| !ordered && profiles.iter().any(|p| describes(p, keys));
    // a trade alone may be a person's
    let named_people = profiles.iter().any(|p| is(p, Name) && !header::normal(&p.header).starts_with("客户"));
    let described = listed(&["employees", "annual_revenue"]) || listed(&["industry"]) && !named_people || profiles.iter().any(|p| p.filled > 0 && registers(&p.header));
    let numbered = number(profiles, people, ordered);
    if people {
        return false;
    }
    // 客户名称 above companies is a company's name
    if !has(profiles, Company)
        && let Some(p) = profiles.iter_mut().find(|p| is(p, Name) && (names_firms(p) || described && names_customer(&p.header))) {
            p.concept = Some((Company, 1.0));
        }
    let named = has(profiles, Company);
    if !numbered && !named {
        return described;
    }
    contacts(profiles, numbered, described, ordered);
    // a company beside somebody's name may be where they work
    numbered || described || named && !has(profiles, Name)
}

/// A company's number is the customer's where the file names its customers in no other way; then it says so.
fn number(profiles: &mut [Profile], people: bool, ordered: bool) -> bool {
    let has = |concept: Concept| profiles.iter().any(|p| is(p, concept));
    let known = people || has(CustomerId) || has(Member);
    // one company in all orders of many buyers is the one that sells
    let bought = ordered && (has(Phone) || has(Email) || has(Name));
    let mut numbered = false;
    for p in profiles.iter_mut().filter(|p| matches!(p.concept, Some((CompanyId, _)))) {
        let counts = p.filled > 0 && p.concept.is_some_and(|c| c.1 >= SURE) && !known && !numbered && !(bought && p.distinct == 1 && p.filled > 1);
        p.concept = counts.then_some((CustomerId, 1.0));
        numbered |= counts;
    }
    numbered
}

/// Names, phones and addresses beside a company that are its contact's.
fn contacts(profiles: &mut [Profile], numbered: bool, described: bool, ordered: bool) {
    let distinct = |concept: Concept| profiles.iter().find(|p| is(p, concept)).map(|p| p.distinct);
    let (people, firms) = (distinct(Name), if numbered { distinct(CustomerId) } else { distinct(Company) });
    let has = |concept: Concept| profiles.iter().any(|p| is(p, concept));
    let own = !numbered && (has(CustomerId) || has(Member));
    let role = has(Role);
    // several names under one company, or a name with a post, are people there
    let staffed = !own && !described && !ordered && !has(ContactName) && (role || numbered && people > firms);
    if staffed
        && let Some(p) = profiles.iter_mut().find(|p| is(p, Name)) {
            p.concept = Some((ContactName, 1.0));
        }
    let has = |concept: Concept| profiles.iter().any(|p| is(p, concept));
    let (contact, company, name) = (has(ContactName), has(Company), has(Name));
    for p in profiles.iter_mut() {
        let theirs = !name && (contact || role || of_contact(&p.header));
        p.concept = match p.concept {
            Some((Phone | Email, _)) if theirs && ordered => None,
            Some((Phone, sure)) if theirs => Some((ContactPhone, sure)),
            Some((Email, sure)) if theirs => Some((ContactEmail, sure)),
            // in a list of contacts the bare number is the contact's
            Some((Id, sure)) if contact && (company || numbered) && !described && !ordered => Some((ContactId, sure)),
            same => same,
        };
    }
}

/// A company's name that stands under two numbers tells no company.
pub(super) fn tell_apart(columns: &mut [Column], rows: &[(u64, Vec<Cell<'static>>)]) {
    let Some(number) = columns.iter().find(|c| c.target == Target::CustomerId).map(|c| c.index) else { return };
    for column in columns.iter_mut().filter(|c| c.target == Target::CustomerCompany) {
        let mut known: HashMap<String, String> = HashMap::new();
        let told = |row: &[Cell<'static>], at: usize| row.get(at).filter(|c| !c.is_missing()).map(|c| c.shown().trim().to_owned());
        column.identifier = rows.iter().all(|(_, row)| match (told(row, column.index), told(row, number)) {
            (Some(name), Some(number)) => *known.entry(name).or_insert_with(|| number.clone()) == number,
            _ => true,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_companies() {
        for name in ["上海明远机械有限公司", "北京味多食品有限公司", "泰和集团", "Acme Machines Ltd", "Bright Foods Co., Ltd.", "Delta Steel GmbH", "上海明远机械有限公司（分公司）"] {
            assert!(is_firm(name), "{name}");
        }
        for name in ["张三", "王小厂", "Amy Smith", "欧阳娜娜", "Co"] {
            assert!(!is_firm(name), "{name}");
        }
    }
}
