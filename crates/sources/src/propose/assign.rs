//! Gives each column its target, once it is known what the rows are.

use super::kinds::{Repeats, Shape, names_people};
use crate::{
    attribute,
    concept::Concept::{self, *},
    header,
    mapping::OrderIdentity,
    profile::Profile,
    target::{Kind, Target},
};
use domain::{ValueType, mask};
use hashbrown::HashSet;

/// What a column is taken for.
#[derive(Debug, Clone)]
pub(crate) struct Assigned {
    pub target: Target,
    pub value_type: Option<ValueType>,
    pub confidence: f64,
}

/// Type of a column by its content.
pub(crate) fn value_type(p: &Profile) -> ValueType {
    if p.filled == 0 {
        return ValueType::Text;
    }
    let all = |count: usize| p.share(count) >= 0.99;
    let only_truths = all(p.truths) && p.distinct <= 3;
    if only_truths && (p.letters > 0 || p.distinct == 2 && p.largest <= 1.0) {
        return ValueType::Bool;
    }
    let is_number = all(p.numbers.max(p.comma_numbers)) && p.leading_zeros == 0 && p.longest <= 24;
    let written_as_date = p.share(p.dates) >= 0.95 && (p.share(p.serials) < 0.5) && (!is_number || p.longest == 8 || p.longest == 14);
    if written_as_date {
        return ValueType::Day;
    }
    if is_number {
        let money_word = matches!(p.concept, Some((Paid | Gross | Amount | Discount | Price | ListPrice | Goods | LineAmount | RefundAmount | Spend, sure)) if sure >= 0.75) || header_means_money(&p.header);
        return match () {
            () if money_word => ValueType::Money,
            () if p.whole == p.filled => ValueType::Int,
            () => ValueType::Number,
        };
    }
    ValueType::Text
}

fn header_means_money(written: &str) -> bool {
    let name = header::normal(written);
    ["charges", "charge", "fee", "fees", "balance", "payment amount"].iter().any(|w| name == *w || name.ends_with(&format!(" {w}"))) || ["费", "金额", "余额", "费用"].iter().any(|w| name.ends_with(w))
}

/// A target for each column, in file order.
pub(crate) fn assign(profiles: &[Profile], shape: &Shape) -> Vec<Assigned> {
    let mut chooser = Chooser { shape, profiles, taken: HashSet::new(), slugs: HashSet::new() };
    // the surest columns choose first
    let mut order: Vec<usize> = (0..profiles.len()).collect();
    let sure = |i: &usize| profiles.get(*i).and_then(|p| p.concept).map_or(0.0, |c| c.1);
    order.sort_by(|a, b| sure(b).total_cmp(&sure(a)).then(a.cmp(b)));
    let mut out: Vec<Option<Assigned>> = vec![None; profiles.len()];
    for i in order {
        if let (Some(p), Some(slot)) = (profiles.get(i), out.get_mut(i)) {
            *slot = Some(chooser.choose(p));
        }
    }
    out.into_iter().flatten().collect()
}

/// Personal details that are left out unless somebody asks for them.
pub(super) fn is_sensitive(p: &Profile) -> bool {
    matches!(p.concept, Some((Sensitive, _))) || is_personal(p)
}

/// Names, phones and e-mail addresses stay out of the lake: such a column never becomes an attribute by itself.
fn is_personal(p: &Profile) -> bool {
    if p.filled == 0 {
        return false;
    }
    let whole_numbers = p.numbers == 0 || p.share(p.whole) >= 0.9;
    let phones = p.share(p.phones + p.lost_phones) >= 0.5 && !p.is_date() && whole_numbers && p.longest <= 30;
    let addresses = p.share(p.emails) >= 0.5;
    let names = (names_people(&p.header) || names_recipient(&p.header)) && !p.is_numeric() && p.share(p.truths) < 0.5;
    let masked = !p.samples.is_empty() && p.samples.iter().all(|s| mask::is_masked(s));
    phones || addresses || names || masked
}

/// What somebody wrote about a customer is no attribute: it sorts nobody, and may name anybody.
fn is_free_text(p: &Profile) -> bool {
    const NOTES: [&str; 12] = ["备注", "备注信息", "客户备注", "买家备注", "卖家备注", "买家留言", "notes", "note", "remark", "remarks", "customer note", "memo"];
    let long = p.longest > 100 && p.filled >= 5 && p.distinct * 10 >= p.filled * 9;
    !p.is_numeric() && (long || NOTES.contains(&header::normal(&p.header).as_str()))
}

/// A number that only counts the rows says nothing about whoever stands in them.
pub(super) fn numbers_rows(p: &Profile) -> bool {
    const NUMBERS: [&str; 21] = ["序号", "序號", "序", "序列", "编号", "編號", "行号", "行號", "项次", "次序", "id", "no", "nr", "number", "num", "sn", "seq", "index", "row", "row no", "row number"];
    p.is_running() && (p.header.trim() == "#" || NUMBERS.contains(&header::normal(&p.header).as_str()))
}

/// Whoever receives the goods need not be who bought them.
fn names_recipient(written: &str) -> bool {
    let name = header::normal(written);
    ["收货", "收件", "提货", "收貨", "收件", "recipient", "receiver", "shipping", "ship to", "delivery"].iter().any(|w| name.contains(w))
}

/// When a row was made: an order's time in a file of orders, where nothing better is known.
fn is_created(written: &str) -> bool {
    matches!(header::normal(written).as_str(), "created at" | "create time" | "created" | "创建时间" | "建立日期")
}

/// Says the header itself that the channel is the one that won the customer?
fn is_of_acquisition(written: &str) -> bool {
    let name = header::normal(written);
    ["获客", "拉新", "注册渠道", "acquisition"].iter().any(|w| name.contains(w))
}

/// A level or tier of a customer may be any: gold, silver.
fn names_level(written: &str) -> bool {
    let name = header::normal(written);
    name.ends_with("等级") || name.ends_with("等級") || ["tier", "level", "class"].iter().any(|w| name.ends_with(w))
}

/// Is it graded by letters: A, B, C?
fn is_graded(p: &Profile) -> bool {
    p.longest <= 2 && p.letters == p.filled && p.samples.iter().all(|s| s.starts_with(|c: char| c.is_ascii_alphabetic()))
}

struct Chooser<'a> {
    shape: &'a Shape,
    profiles: &'a [Profile],
    taken: HashSet<Target>,
    slugs: HashSet<String>,
}

impl Chooser<'_> {
    fn has(&self, concept: Concept) -> bool {
        self.profiles.iter().any(|p| p.filled > 0 && p.concept.is_some_and(|(c, sure)| c == concept && sure >= 0.75))
    }

    /// Are there rows whose order has no date of its own, as orders not yet paid have none?
    fn undated(&self) -> bool {
        self.profiles.iter().filter(|p| matches!(p.concept, Some((OrderDate | Date, sure)) if sure >= 0.75)).all(|p| p.fill() < 1.0)
    }

    /// A phone or address that need not be the customer's own, beside one that is.
    fn is_anothers(&self, concept: Concept, p: &Profile) -> bool {
        let doubtful = |p: &Profile| p.concept.is_some_and(|(_, sure)| sure < 0.75) || names_recipient(&p.header);
        doubtful(p) && self.profiles.iter().any(|o| o.index != p.index && o.filled > 0 && o.concept.is_some_and(|(c, _)| c == concept) && !doubtful(o))
    }

    fn gives(&self, kind: Kind) -> bool {
        self.shape.kinds.contains(&kind)
    }

    fn choose(&mut self, p: &Profile) -> Assigned {
        let subject = self.gives(Kind::Customer) && self.shape.kinds.iter().all(|k| matches!(k, Kind::Customer | Kind::Contact));
        let sensitive = is_sensitive(p);
        if p.added {
            return Assigned { target: Target::Ignore, value_type: None, confidence: 1.0 };
        }
        if let Some((concept, sure)) = p.concept
            && let Some(target) = self.target(concept, p) {
                let weak = sure < 0.75 && subject && !matches!(target, Target::Attribute(_)) && !target.is_identifier();
                // two columns may say when or who; the first that is not blank counts
                let shared = matches!(target, Target::OrderAt | Target::CustomerPhone | Target::CustomerEmail | Target::InteractionAt);
                if !weak && (shared || self.taken.insert(target.clone())) && self.readable(&target, p) {
                    return Assigned { target, value_type: None, confidence: sure };
                }
            }
        if numbers_rows(p) {
            return Assigned { target: Target::Ignore, value_type: None, confidence: 0.9 };
        }
        let of_contact = matches!(p.concept, Some((ContactId, _)));
        if subject && !sensitive && !of_contact && p.filled > 0 && !is_free_text(p) {
            let value = value_type(p);
            return Assigned { target: Target::Custom(self.slug(p)), value_type: Some(value), confidence: 0.5 };
        }
        Assigned { target: Target::Ignore, value_type: None, confidence: if sensitive { 0.9 } else { 0.3 } }
    }

    /// A built-in attribute whose type the column does not keep becomes an attribute of its own.
    fn readable(&self, target: &Target, p: &Profile) -> bool {
        let Target::Attribute(key) = target else { return true };
        match target.value_type() {
            _ if key == "account_grade" && names_level(&p.header) => is_graded(p),
            Some(ValueType::Day) => p.share(p.dates) >= 0.9,
            Some(ValueType::Int) => p.share(p.counted.max(p.comma_numbers)) >= 0.95,
            Some(ValueType::Money) => p.share(p.numbers.max(p.comma_numbers)) >= 0.95,
            _ => true,
        }
    }

    fn slug(&mut self, p: &Profile) -> String {
        let base = Some(header::slug(&p.header)).filter(|s| !s.is_empty()).unwrap_or_else(|| format!("column_{}", p.index + 1));
        let mut slug = base.clone();
        let mut n = 2;
        while !self.slugs.insert(slug.clone()) {
            slug = format!("{base}_{n}");
            n += 1;
        }
        slug
    }

    fn target(&self, concept: Concept, p: &Profile) -> Option<Target> {
        let (order, line, refund) = (self.gives(Kind::Order), self.gives(Kind::Line), self.gives(Kind::Refund));
        let trade = order || line;
        let refund_only = refund && !trade;
        let (interaction, answer) = (self.gives(Kind::Interaction), self.gives(Kind::Answer));
        let (customer, contact) = (self.gives(Kind::Customer), self.gives(Kind::Contact));
        let fact = trade || refund || interaction || answer;
        let who = customer || contact || fact;
        let some = |yes: bool, target: Target| yes.then_some(target);
        let numbered = self.has(CustomerId) || self.has(Member) || self.has(Unionid);
        let identified = numbered || self.has(Phone) || self.has(Email);
        // a phone is a company's beside its name, and not who it is
        let firm_known = if self.shape.organisations { numbered } else { identified };
        let sorted = self.shape.sorted;
        match concept {
            CustomerId => some(who, Target::CustomerId),
            CompanyId | ContactId => None,
            Member => some(who, Target::CustomerMember),
            Phone | Email if !who || self.is_anothers(concept, p) => None,
            Phone => Some(Target::CustomerPhone),
            Email => Some(Target::CustomerEmail),
            Unionid => some(who, Target::CustomerUnionid),
            // people who are known by nothing else are known by their name
            Name if who && !identified && !self.has(Id) && !self.shape.customer_by_row => Some(Target::CustomerId),
            Name if who && !identified && trade => Some(Target::CustomerId),
            Name => some(customer, Target::CustomerName),
            GivenName => some(customer, Target::CustomerGivenName),
            FamilyName => some(customer, Target::CustomerFamilyName),
            Company if who && !firm_known && !self.has(Name) && (!self.has(Id) || trade && !self.has(OrderId)) => Some(Target::CustomerId),
            Company => some(customer, Target::CustomerCompany),
            CustomerKind => some(customer, Target::CustomerKind),
            ContactName => some(contact, Target::ContactName),
            Role => some(contact, Target::ContactRole),
            ContactPhone => some(contact, Target::ContactPhone),
            ContactEmail => some(contact, Target::ContactEmail),
            Id if trade && !self.has(OrderId) => some(self.shape.identity == OrderIdentity::Column, Target::OrderId),
            Id if refund_only && !self.has(RefundId) => Some(Target::RefundId),
            Id if self.gives(Kind::Product) && !self.has(ProductId) => Some(Target::ProductId),
            Id if !self.has(CustomerId) && !self.has(Member) && (customer || contact) && !fact => Some(Target::CustomerId),
            Id if !identified && (interaction || answer) => Some(Target::CustomerId),
            Id => None,
            OrderId if refund_only => Some(Target::RefundOrder),
            OrderId => some(trade, Target::OrderId),
            Date | OrderDate => self.date(concept, p),
            TimeOfDay => some(trade, Target::OrderTime),
            Paid | Gross | Amount => self.amount(concept),
            Discount if order => Some(Target::OrderDiscount),
            Discount => some(line && !self.has(LineAmount) && !self.has(Paid) && !self.has(Amount), Target::LineDiscount),
            Goods if self.gives(Kind::Product) => Some(Target::ProductCost),
            Goods if self.gives(Kind::Cost) => some(!self.has(Spend), Target::CostAmount),
            Goods if line && !sorted => Some(Target::LineCost),
            Goods => some(order, Target::OrderCost),
            Status => some(trade, Target::OrderStatus),
            Cancelled => some(trade, Target::OrderCancelled),
            Channel if trade => Some(Target::OrderChannel),
            Channel if interaction => Some(Target::InteractionChannel),
            Channel if answer => Some(Target::AnswerChannel),
            Channel if self.gives(Kind::Cost) => Some(Target::CostChannel),
            Channel => None,
            Store => some(trade, Target::OrderStore),
            Payment => some(order, Target::OrderPayment),
            Coupon => some(order, Target::OrderCoupon),
            Currency => some(trade, Target::OrderCurrency),
            LineNo => some(line, Target::LineNo),
            ProductId if self.gives(Kind::Product) => Some(Target::ProductId),
            ProductId => some(line || refund_only, Target::LineProduct),
            ProductName if self.gives(Kind::Product) => Some(Target::ProductName),
            ProductName => some(line || refund_only, Target::LineName),
            Product if self.gives(Kind::Product) => Some(if self.has(ProductId) || self.has(Id) { Target::ProductName } else { Target::ProductId }),
            Product => some(line || refund_only, if self.has(ProductId) { Target::LineName } else { Target::LineProduct }),
            Category if self.gives(Kind::Product) => Some(Target::ProductCategory),
            Category => some(line, Target::LineCategory),
            Brand if self.gives(Kind::Product) => Some(Target::ProductBrand),
            Brand => some(line, Target::LineBrand),
            Quantity => some(line || refund_only || (order && self.has(Price) && !self.has(Paid) && !self.has(Amount) && !self.has(Gross)), Target::LineQuantity),
            Price if self.gives(Kind::Product) => Some(Target::ProductPrice),
            Price => some(line && !sorted || (order && !self.has(Paid) && !self.has(Amount) && !self.has(Gross)), Target::LinePrice),
            ListPrice => some(self.gives(Kind::Product), Target::ProductPrice),
            LineAmount if line && !sorted => Some(Target::LinePaid),
            LineAmount => some(order && !self.has(Paid) && !self.has(Amount), Target::OrderPaid),
            RefundId => some(refund, Target::RefundId),
            RefundDate => some(refund, Target::RefundAt),
            RefundAmount => some(refund, Target::RefundAmount),
            Reason => some(refund, Target::RefundReason),
            TicketId if interaction => Some(Target::InteractionId),
            TicketId => some(answer, Target::AnswerId),
            InteractionDate => some(interaction, Target::InteractionAt),
            InteractionKind => some(interaction, Target::InteractionKind),
            AnswerDate => some(answer, Target::AnswerAt),
            Question => some(answer, Target::AnswerQuestion),
            Score => some(answer, Target::AnswerScore),
            Nps => some(answer, Target::AnswerNps),
            Csat => some(answer, Target::AnswerCsat),
            Ces => some(answer, Target::AnswerCes),
            Comment => some(answer, Target::AnswerComment),
            Campaign => some(self.gives(Kind::Cost), Target::CostCampaign),
            From => some(self.gives(Kind::Cost), Target::CostFrom),
            To => some(self.gives(Kind::Cost), Target::CostTo),
            Spend if self.gives(Kind::Cost) => Some(Target::CostAmount),
            // beside a customer it is what winning this one took
            Spend => some(customer && attribute::named("acquisition_cost", &p.header), Target::Attribute("acquisition_cost".to_owned())),
            Sensitive => None,
            Attribute(place) => {
                let key = attribute::ALL.get(usize::from(place)).map(|a| a.key)?;
                match key {
                    "acquisition_channel" if trade && !self.has(Channel) && !is_of_acquisition(&p.header) => Some(Target::OrderChannel),
                    "acquisition_channel" if self.gives(Kind::Cost) => some(!self.has(Channel), Target::CostChannel),
                    "signup_day" if fact => some(trade && (!self.has(OrderDate) && !self.has(Date) || is_created(&p.header) && self.undated()), Target::OrderAt),
                    _ => some(customer, Target::Attribute(key.to_owned())),
                }
            }
        }
    }

    fn date(&self, concept: Concept, p: &Profile) -> Option<Target> {
        let (trade, refund) = (self.gives(Kind::Order) || self.gives(Kind::Line), self.gives(Kind::Refund));
        if trade && p.share(p.times) > 0.5 && !p.is_date() {
            return Some(Target::OrderTime);
        }
        match concept {
            _ if trade => Some(Target::OrderAt),
            _ if refund => (!self.has(RefundDate)).then_some(Target::RefundAt),
            Date if self.gives(Kind::Interaction) => (!self.has(InteractionDate)).then_some(Target::InteractionAt),
            Date if self.gives(Kind::Answer) => (!self.has(AnswerDate)).then_some(Target::AnswerAt),
            Date if self.gives(Kind::Cost) => (!self.has(From)).then_some(Target::CostFrom),
            _ => None,
        }
    }

    /// Whose a bare amount is.
    fn amount(&self, concept: Concept) -> Option<Target> {
        let (order, line) = (self.gives(Kind::Order), self.gives(Kind::Line));
        if self.gives(Kind::Refund) && !order && !line {
            return (!self.has(RefundAmount)).then_some(Target::RefundAmount);
        }
        if self.gives(Kind::Cost) {
            return (!self.has(Spend) && !self.has(Goods)).then_some(Target::CostAmount);
        }
        let stronger = match concept {
            Paid => false,
            Amount => self.has(Paid),
            _ => self.has(Paid) || self.has(Amount),
        };
        match (order, line) {
            // an amount before the discount is a price that the discount is taken off
            (false, true) if concept == Gross && self.shape.repeats == Repeats::Parts && self.has(Discount) && !stronger && !self.has(Price) && !self.has(LineAmount) => Some(Target::LinePrice),
            // of several amounts on a line the paid one counts
            (false, true) => (!stronger && !self.has(LineAmount)).then_some(Target::LinePaid),
            (true, true) if concept == Amount && !self.shape.sorted && self.has(Paid) && !self.has(LineAmount) => Some(Target::LinePaid),
            (true, _) if concept == Gross => Some(Target::OrderAmount),
            (true, _) => (!stronger).then_some(Target::OrderPaid),
            _ => None,
        }
    }
}
