//! What the rows of a file are: customers, orders, lines, refunds, interactions, scores, products, costs — or several at once.

use super::firms;
use crate::{
    concept::Concept::{self, *},
    header,
    mapping::{DecimalMark, OrderIdentity},
    profile::Profile,
    target::Kind,
    value::{Cell, decimal},
};
use hashbrown::{HashMap, HashSet};

/// Rows of the sample.
type Rows = [(u64, Vec<Cell<'static>>)];

/// How sure a header must be to say what a file is about.
const SURE: f64 = 0.75;

/// What the rows of a file are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shape {
    pub kinds: Vec<Kind>,
    pub identity: OrderIdentity,
    pub refund_prefix: Option<String>,
    pub customer_by_row: bool,
    pub question: Option<String>,
    pub interaction_kind: Option<String>,
    /// what order numbers that come again mean
    pub repeats: Repeats,
    /// later rows of an order leave the cells of its head blank
    pub continued: bool,
    /// the customers are organisations
    pub organisations: bool,
    /// a line says only what sort of goods it was: all else is the order's
    pub sorted: bool,
}

/// What is made of order numbers that stand on several rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Repeats {
    /// they do not, or each row is a line with goods of its own
    #[default]
    No,
    /// the amounts differ and nothing else tells the rows apart: they are parts of the order
    Parts,
    /// hardly any do: the last row is taken for a correction
    Corrections(usize),
}

/// Takes back what a header says when the cells say otherwise, and names columns without a header by their content.
pub(crate) fn weigh(profiles: &mut [Profile], headerless: bool) {
    added(profiles);
    let shopify = is_shopify(profiles);
    let spends = profiles.iter().any(|p| matches!(p.concept, Some((Spend | Goods, _))));
    // where no column can be read as a day, the one that is headed so holds days that are wrong, and each row can say so
    let no_day = profiles.iter().all(|p| p.filled == 0 || !p.is_date());
    let main_order = profiles.iter().any(|p| matches!(p.concept, Some((OrderId, _))) && !names_part(&p.header));
    for p in profiles.iter_mut() {
        let Some((concept, sure)) = p.concept else { continue };
        if p.filled == 0 {
            continue;
        }
        let numeric = p.is_numeric();
        let fits = match concept {
            Date if spends && p.share(p.months) >= 0.5 => true,
            Date | OrderDate | RefundDate | InteractionDate | AnswerDate if p.is_date() || p.share(p.times) > 0.5 => true,
            OrderDate | RefundDate | InteractionDate | AnswerDate => no_day && sure >= SURE && !numeric,
            Date => false,
            From | To => p.is_date() || p.share(p.months) >= 0.5 || p.share(p.numbers) < 0.5 && p.share(p.letters) < 0.9 || p.longest <= 8 && p.share(p.numbers) > 0.9 && p.largest > 190_000.0,
            TimeOfDay => p.share(p.times) > 0.5,
            Paid | Gross | Amount | Discount | Goods | Price | ListPrice | LineAmount | RefundAmount | Spend => p.share(p.numbers.max(p.comma_numbers)) >= 0.4,
            Quantity => p.share(p.numbers) >= 0.5,
            Score | Nps | Csat | Ces => p.share(p.numbers) >= 0.4 || p.distinct <= 12,
            Phone | ContactPhone => p.share(p.phones + p.lost_phones) >= 0.3 && (concept == ContactPhone || !names_staff(&p.header)),
            Email | ContactEmail => p.share(p.emails) >= 0.3 && (concept == ContactEmail || !names_staff(&p.header)),
            Name | GivenName | FamilyName => !numeric && p.share(p.truths) < 0.5,
            Company if p.share(p.truths) < 0.5 && (names_company(&p.header) || firms::names_firms(p)) => !numeric,
            // `company` and `contact` may hold two words over and over
            Company | ContactName => !numeric && (p.distinct > 2.min(p.filled.saturating_sub(1)) || concept == ContactName && names_people(&p.header)),
            Campaign | Channel | Store | Reason | Comment | InteractionKind | Question | Category | Brand | Product | ProductName | Payment => {
                let never_numbers = matches!(concept, Campaign | Channel | Question | Comment);
                !numeric || !never_numbers && p.share(p.moneyed) <= 0.5
            }
            Currency => p.longest <= 6,
            Cancelled => p.share(p.truths + p.statuses + p.dates) >= 0.5,
            _ => true,
        };
        if !fits {
            p.concept = None;
        }
        // Shopify calls the order's number its name
        if concept == Name && shopify && p.header.trim().eq_ignore_ascii_case("name") && p.samples.iter().all(|s| s.bytes().any(|b| b.is_ascii_digit()) && !s.contains(' ')) {
            p.concept = Some((OrderId, 1.0));
        }
        if concept == OrderId && main_order && names_part(&p.header) {
            p.concept = Some((LineNo, 0.9));
        }
        if matches!(p.concept, Some((OrderDate, _))) && p.share(p.times) > 0.5 && !p.is_date() {
            p.concept = Some((TimeOfDay, 0.9));
        }
    }
    name_question(profiles);
    if headerless {
        by_content(profiles);
    }
}

/// What a file of rejected rows has in front of the file's own columns.
const FRONT: [&str; 7] = ["file", "line", "column", "code", "reason", "value", "row"];

/// Columns that say which row was rejected and why say nothing about customers or orders.
fn added(profiles: &mut [Profile]) {
    let named = |p: &Profile, name: &str| p.header.trim().eq_ignore_ascii_case(name);
    let present = FRONT.iter().filter(|name| profiles.iter().any(|p| named(p, name))).count();
    if present < 5 || !["line", "reason"].iter().all(|name| profiles.iter().any(|p| named(p, name))) {
        return;
    }
    for name in FRONT {
        // the first of its name: the file may have had one of its own
        if let Some(p) = profiles.iter_mut().find(|p| named(p, name)) {
            (p.concept, p.added) = (None, true);
        }
    }
}

/// Beside a score, a column whose cells are NPS, CSAT and the like names the question, whatever stands above it.
fn name_question(profiles: &mut [Profile]) {
    let has = |concept: Concept| profiles.iter().any(|p| p.filled > 0 && p.concept.is_some_and(|(c, sure)| c == concept && sure >= SURE));
    if !has(Score) || has(Question) {
        return;
    }
    if let Some(p) = profiles.iter_mut().find(|p| p.filled > 0 && !p.added && p.share(p.questions) >= 0.9) {
        p.concept = Some((Question, 0.9));
    }
}

fn by_content(profiles: &mut [Profile]) {
    let mut taken: Vec<Concept> = Vec::new();
    for p in profiles.iter_mut().filter(|p| p.filled > 0) {
        let found = if p.share(p.emails) > 0.8 {
            Some(Email)
        } else if p.share(p.phones) > 0.8 && p.longest >= 11 {
            Some(Phone)
        } else if p.share(p.dates) > 0.95 && p.share(p.serials) < 0.5 {
            Some(Date)
        } else if p.is_numeric() && p.share(p.moneyed) > 0.5 {
            Some(Amount)
        } else {
            None
        };
        if let Some(concept) = found.filter(|c| !taken.contains(c)) {
            taken.push(concept);
            p.concept = Some((concept, 0.8));
        }
    }
    // a number or code in front of a date is who it was
    let has_date = taken.contains(&Date);
    let nobody = !taken.contains(&Email) && !taken.contains(&Phone);
    if has_date && nobody
        && let Some(p) = profiles.iter_mut().find(|p| p.concept.is_none() && p.filled > 0 && (p.leading_zeros > 0 || p.share(p.whole) > 0.95 || p.share(p.letters) > 0.5)) {
            p.concept = Some((CustomerId, 0.76));
        }
}

/// Does the header say that people's names stand below it: `contact name`, `Spouse Name`, `配偶姓名`? A bare `contact` does not.
pub(crate) fn names_people(written: &str) -> bool {
    const PEOPLE: &[&str] = &[
        "spouse", "wife", "husband", "partner", "father", "mother", "parent", "child", "kid", "son", "daughter", "guardian", "emergency", "referrer", "referee", "beneficiary", "recipient", "nick", "maiden", "middle", "legal", "contact", "owner",
        "first", "last", "given", "family", "full", "customer", "client", "member", "user", "buyer", "person", "driver", "patient", "student", "billing", "shipping",
    ];
    let name = header::normal(written);
    let chinese = ["姓名", "名字", "昵称", "联系人姓名", "联系人名称", "曾用名"].iter().any(|w| name.ends_with(w)) || matches!(name.as_str(), "配偶" | "父亲" | "母亲" | "监护人" | "紧急联系人" | "推荐人" | "介绍人");
    let mut words = name.split(' ').rev();
    let english = words.next() == Some("name") && words.all(|w| PEOPLE.contains(&w) || w == "s");
    chinese || english || matches!(name.as_str(), "nickname" | "surname" | "forename" | "username" | "fullname" | "wechat nickname" | "contact person" | "emergency contact" | "next of kin")
}

/// Does the header say that it is the name of a company? A bare `company` does not.
fn names_company(written: &str) -> bool {
    let name = header::normal(written);
    name.ends_with("名称") || name.ends_with("公司名") || name.ends_with(" name")
}

/// A shop's, a salesman's or a courier's number is nobody's who buys.
fn names_staff(written: &str) -> bool {
    let name = header::normal(written);
    let chinese = ["门店", "店铺", "商家", "卖家", "客服", "销售", "导购", "店员", "员工", "物流", "快递", "骑手", "司机", "仓库", "供应商", "业务员"].iter().any(|w| name.contains(w));
    let english = ["store", "shop", "seller", "merchant", "vendor", "supplier", "agent", "sales", "salesman", "rep", "staff", "employee", "manager", "courier", "carrier", "warehouse", "driver", "support"];
    chinese || name.split(' ').any(|w| english.contains(&w))
}

struct Found<'p>(&'p [Profile]);

impl Found<'_> {
    fn get(&self, concept: Concept) -> Option<&Profile> {
        self.0.iter().find(|p| p.filled > 0 && p.concept.is_some_and(|(c, sure)| c == concept && sure >= SURE))
    }

    fn has(&self, concept: Concept) -> bool {
        self.get(concept).is_some()
    }

    fn any(&self, concepts: &[Concept]) -> bool {
        concepts.iter().any(|c| self.has(*c))
    }

    fn attributes(&self) -> usize {
        self.0.iter().filter(|p| p.filled > 0 && matches!(p.concept, Some((Attribute(_), sure)) if sure >= SURE)).count()
    }
}

impl Shape {
    pub fn tell(profiles: &[Profile], rows: &Rows, hint: Option<Kind>) -> Shape {
        let found = Found(profiles);
        let identified = found.any(&[CustomerId, Member, Phone, Email, Unionid]);
        let named = identified || found.any(&[Name, Company]);
        let dated = found.any(&[Date, OrderDate]);
        let money = found.any(&[Paid, Gross, Amount, LineAmount, Price]);
        let goods = found.any(&[ProductId, ProductName, Product]);
        let ordered = found.has(OrderId);
        let scored = found.any(&[Nps, Csat, Ces, Score]);
        let touched = found.any(&[InteractionKind, InteractionDate, TicketId]);
        let any_date = dated || found.any(&[InteractionDate, AnswerDate, RefundDate]) || Found(profiles).0.iter().any(|p| p.share(p.dates) > 0.9 && p.concept.is_some());
        let wants = |kind: Kind| hint == Some(kind);
        let free = hint.is_none() || matches!(hint, Some(Kind::Order | Kind::Line | Kind::Customer));
        let who = identified || (named && hint != Some(Kind::Product)) || found.has(Id);

        // what was spent on a channel; the cost of goods stands beside goods and what was paid for them
        let spent = !goods && (found.has(Spend) || found.has(Goods) && found.any(&[Channel, Campaign]) && !found.any(&[Paid, Gross, Price, Quantity]));
        if wants(Kind::Cost) || (hint.is_none() && spent && (found.has(From) || dated) && !identified && !ordered) {
            return Shape { kinds: vec![Kind::Cost], ..Shape::default() };
        }
        let product_words = [ProductId, ProductName, Product, Category, Brand, ListPrice, Price, Goods].iter().filter(|c| found.has(**c)).count();
        if wants(Kind::Product) || (hint.is_none() && goods && product_words >= 2 && !identified && !ordered && !any_date && !found.has(Quantity)) {
            return Shape { kinds: vec![Kind::Product], ..Shape::default() };
        }
        let refund_words = found.has(RefundId) || (found.has(RefundAmount) && (found.has(RefundDate) || found.has(Reason)));
        // a day and an amount beside those of a refund are the order's: at once where only some orders were given back, or where
        // refunds have no numbers of their own
        let sold = dated && found.has(Amount) && found.get(RefundAmount).is_some_and(|r| given_back(r, rows) < rows.len() || ordered && !found.has(RefundId));
        if wants(Kind::Refund) || (hint.is_none() && refund_words && !sold && (ordered || named) && !found.any(&[Paid, Gross, LineAmount, Price, OrderDate])) {
            return Shape { kinds: vec![Kind::Refund], ..Shape::default() };
        }
        if wants(Kind::Answer) || (hint != Some(Kind::Order) && hint != Some(Kind::Line) && hint != Some(Kind::Customer) && hint != Some(Kind::Interaction) && scored && who && any_date && !ordered && !found.any(&[Paid, Gross, LineAmount])) {
            let mut kinds = vec![Kind::Answer];
            if touched && found.has(InteractionDate) {
                kinds.push(Kind::Interaction);
            }
            return Shape { question: question(&found), interaction_kind: touched.then(|| "contact".to_owned()), ..Shape::of(with_customer(kinds, &found)) };
        }
        if wants(Kind::Interaction) || (hint.is_none() && touched && who && any_date && !ordered && !money) {
            return Shape { interaction_kind: Some("contact".to_owned()), ..Shape::of(with_customer(vec![Kind::Interaction], &found)) };
        }
        let contacts = found.any(&[ContactName, ContactPhone, ContactEmail]) && who && !dated && !ordered;
        if wants(Kind::Contact) || (matches!(hint, None | Some(Kind::Customer)) && contacts) {
            let mut kinds = vec![Kind::Contact];
            if found.has(Company) || found.attributes() > 0 {
                kinds.insert(0, Kind::Customer);
            }
            return Shape::of(kinds);
        }
        let traded = ordered && (goods || money || dated) || dated && named && (money || goods || found.has(Quantity)) || (free && wants(Kind::Order) && any_date && who);
        if traded && hint != Some(Kind::Customer) {
            return Shape::trade(&found, rows, hint);
        }
        if named || wants(Kind::Customer) || found.get(Id).is_some_and(|p| p.is_unique() && profiles.len() >= 2) {
            // a bare number in front of anything is a customer only if it tells the rows apart
            let by_row = !named && !found.has(Id);
            return Shape { customer_by_row: by_row, ..Shape::of(vec![Kind::Customer]) };
        }
        if found.attributes() >= 2 {
            return Shape { customer_by_row: true, ..Shape::of(vec![Kind::Customer]) };
        }
        Shape::default()
    }

    fn of(kinds: Vec<Kind>) -> Shape {
        Shape { kinds, ..Shape::default() }
    }

    fn trade(found: &Found<'_>, rows: &Rows, hint: Option<Kind>) -> Shape {
        let ordered = found.has(OrderId) || (found.has(Id) && found.any(&[CustomerId, Member, Phone, Email, Name]));
        let goods = found.any(&[ProductId, ProductName, Product]) || (found.has(Price) && found.has(Quantity)) || found.has(LineNo);
        let total = found.get(Paid).or_else(|| found.get(Gross)).or_else(|| found.get(Amount));
        let repeats = order_column(found).map(|o| repetition(o, total, rows)).unwrap_or_default();
        let line_money = found.any(&[LineAmount, Price]);
        let head_words = found.any(&[Payment, Coupon, Discount, Currency]);
        let identified = found.any(&[CustomerId, Member, Phone, Email, Unionid, Name]) || found.has(Company);
        let can_head = identified && found.any(&[Date, OrderDate]);
        let mut shape = Shape { identity: OrderIdentity::Column, ..Shape::default() };
        // a number that comes again with another amount, and no goods to tell the rows apart: payments, or parts of the order
        let parts = !goods && repeats.repeated && !repeats.constant;
        // a category without goods: rows of one order that differ in it are its lines
        let sort = found.get(Category).or_else(|| found.get(Brand)).filter(|_| !goods && hint != Some(Kind::Line));
        let divided = sort.zip(order_column(found)).is_some_and(|(s, o)| repetition(o, Some(s), rows).differing > 0);
        let sorted = sort.is_some() && !divided && !parts;
        let lines = goods || hint == Some(Kind::Line) || parts || sort.is_some();
        let says_order = total.is_some_and(|p| names_the_order(&p.header));
        let heads = if !lines || sorted && can_head && total.is_some() {
            true
        } else if !can_head || !ordered {
            false
        } else if repeats.repeated || says_order && repeats.orders > 0 {
            // the same total on every row of an order is the order's; one order is enough where the header says so
            total.is_some() && repeats.constant && (line_money || says_order || repeats.orders >= 3 && repeats.varied)
        } else {
            // one row an order: a head too, if there is more to say about it than a line can hold
            total.is_some() && head_words
        };
        shape.repeats = match repeats.differing {
            _ if goods => Repeats::No,
            0 => Repeats::No,
            _ if parts && !divided => Repeats::Parts,
            _ if lines && !(sorted && heads) => Repeats::No,
            n => Repeats::Corrections(n),
        };
        if heads {
            shape.kinds.push(Kind::Order);
        }
        if lines {
            shape.kinds.push(Kind::Line);
        }
        shape.sorted = sorted && heads;
        // a day that stands on the first of an order's lines only says what a total would
        let day = found.get(OrderDate).or_else(|| found.get(Date));
        let first_only = || order_column(found).is_some_and(|o| repetition(o, day, rows).continued);
        shape.continued = lines && if heads { repeats.continued || is_shopify(found.0) } else { ordered && first_only() };
        if !ordered {
            // goods without amounts are baskets; amounts make each row a purchase
            shape.identity = if lines && !sorted { OrderIdentity::CustomerDay } else { OrderIdentity::Row };
        }
        shape.refund_prefix = order_column(found).and_then(|p| refund_prefix(p, found, rows));
        let has_negative = [Quantity, Paid, LineAmount, Amount, Gross].iter().any(|c| found.get(*c).is_some_and(|p| p.negative > 0));
        let said_refunded = found.any(&[Status, Cancelled]);
        if shape.refund_prefix.is_some() || has_negative || found.has(RefundAmount) || said_refunded || found.any(&[Paid, LineAmount, Price, Amount, Gross]) {
            shape.kinds.push(Kind::Refund);
        }
        // an order's own day is a score's where it has none; a bare score may be the product's unless it has a day
        if identified && hint != Some(Kind::Line) && (found.any(&[Nps, Csat, Ces]) || found.has(Score) && found.has(AnswerDate)) {
            shape.kinds.push(Kind::Answer);
            shape.question = question(found);
        }
        let describes = found.has(Name) && found.any(&[CustomerId, Member, Phone, Email, Unionid]) || found.has(Company) || found.attributes() > 0;
        if identified && describes {
            shape.kinds.insert(0, Kind::Customer);
        }
        shape
    }
}

/// Rows in which something was given back: nothing and nought are none.
fn given_back(refund: &Profile, rows: &Rows) -> usize {
    let is_zero = |cell: &Cell<'_>| decimal::parse(cell.shown().trim(), DecimalMark::Point).is_some_and(|d| d.mantissa == 0);
    rows.iter().filter_map(|(_, r)| r.get(refund.index)).filter(|c| !c.is_missing() && !is_zero(c)).count()
}

fn with_customer(mut kinds: Vec<Kind>, found: &Found<'_>) -> Vec<Kind> {
    if found.has(Name) && found.any(&[CustomerId, Member, Phone, Email, Unionid]) || found.attributes() > 0 {
        kinds.insert(0, Kind::Customer);
    }
    kinds
}

fn question(found: &Found<'_>) -> Option<String> {
    if found.has(Question) || !found.has(Score) {
        return None;
    }
    let score = found.get(Score)?;
    Some(if score.largest > 5.0 { "nps" } else { "csat" }.to_owned())
}

fn order_column<'p>(found: &Found<'p>) -> Option<&'p Profile> {
    let at = |concept: Concept| found.0.iter().find(|p| p.filled > 0 && p.concept.is_some_and(|(c, sure)| c == concept && sure >= SURE));
    at(OrderId).or_else(|| at(Id))
}

/// Shopify's export of orders: one row an item, the order's own cells on its first row only.
fn is_shopify(profiles: &[Profile]) -> bool {
    profiles.iter().filter(|p| header::normal(&p.header).starts_with("lineitem ")).count() >= 2
}

/// A number of a part of an order, beside the order's own.
fn names_part(written: &str) -> bool {
    let name = header::normal(written);
    name.starts_with("子订单") || name.starts_with("sub order") || name.starts_with("suborder")
}

/// Does the header of an amount say that it is the order's and not a line's?
fn names_the_order(written: &str) -> bool {
    let name = header::normal(written);
    ["订单", "訂單", "合同"].iter().any(|w| name.contains(w)) || name.split(' ').any(|w| matches!(w, "order" | "contract"))
}

#[derive(Default)]
pub(super) struct Repetition {
    repeated: bool,
    constant: bool,
    /// orders on several rows
    orders: usize,
    /// orders whose rows have different amounts
    pub differing: usize,
    /// do the amounts of orders differ? Where each row of the file has the same, it tells nothing
    varied: bool,
    /// is the amount written on an order's first row only?
    continued: bool,
}

/// The rows of one order.
#[derive(Default)]
struct Group {
    rows: usize,
    amount: String,
    differs: bool,
    /// rows without an amount behind one with
    blank: usize,
}

/// Do order numbers come again, and does their amount stay the same? A blank amount says nothing, and money given back under the
/// order's number is not another part of it.
pub(super) fn repetition(order: &Profile, total: Option<&Profile>, rows: &Rows) -> Repetition {
    let mut groups: HashMap<String, Group> = HashMap::new();
    for (_, row) in rows {
        let Some(id) = row.get(order.index).filter(|c| !c.is_missing()) else { continue };
        let amount = total.and_then(|t| row.get(t.index)).filter(|c| !c.is_missing()).map(|c| c.shown().trim().to_owned()).unwrap_or_default();
        if amount.starts_with(['-', '(', '−']) {
            continue;
        }
        let group = groups.entry(id.shown().trim().to_owned()).or_default();
        group.rows += 1;
        if amount.is_empty() {
            group.blank += usize::from(!group.amount.is_empty());
        } else if group.amount.is_empty() {
            group.amount = amount;
        } else {
            group.differs |= group.amount != amount;
        }
    }
    // any order: only counted
    let many: Vec<_> = groups.values().filter(|g| g.rows > 1).collect();
    let differing = many.iter().filter(|g| g.differs).count();
    let continued = many.iter().filter(|g| g.blank + 1 == g.rows).count();
    Repetition {
        repeated: many.len() * 50 > groups.len(),
        constant: !many.is_empty() && (many.len() - differing) * 10 >= many.len() * 9,
        orders: many.len(),
        differing,
        varied: many.iter().map(|g| g.amount.as_str()).filter(|a| a.bytes().any(|b| b.is_ascii_digit())).collect::<HashSet<_>>().len() > 1,
        continued: !many.is_empty() && continued * 10 >= many.len() * 9,
    }
}

/// A letter in front of order numbers that goes with negative amounts and with nothing else.
fn refund_prefix(order: &Profile, found: &Found<'_>, rows: &Rows) -> Option<String> {
    let amounts: Vec<&Profile> = [Quantity, LineAmount, Paid, Amount, Gross].iter().filter_map(|c| found.get(*c)).collect();
    let mut counts: HashMap<char, (usize, usize)> = HashMap::new();
    let mut plain = 0usize;
    for (_, row) in rows {
        let Some(id) = row.get(order.index).map(Cell::shown) else { continue };
        let mut chars = id.trim().chars();
        match (chars.next(), chars.next()) {
            (Some(first), Some(second)) if first.is_ascii_alphabetic() && second.is_ascii_digit() => {
                let negative = amounts.iter().any(|p| row.get(p.index).is_some_and(|c| c.shown().trim_start().starts_with(['-', '(', '−'])));
                let count = counts.entry(first.to_ascii_uppercase()).or_default();
                count.0 += 1;
                count.1 += usize::from(negative);
            }
            (Some(first), _) if first.is_ascii_digit() => plain += 1,
            _ => {}
        }
    }
    let usual = counts.values().map(|c| c.0 - c.1).max().unwrap_or(0) + plain;
    counts.into_iter().filter(|(_, (all, negative))| *negative > 0 && negative * 100 >= all * 95 && usual > *all).map(|(c, _)| c.to_string()).min()
}
