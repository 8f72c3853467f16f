//! What follows from the meaning of the columns, whoever gave it: a proposal, a person, a saved template. What the rows give, where
//! order numbers come from, and how the cells of a column are read.

use crate::{
    mapping::{Column, DateOrder, DecimalMark, Mapping, OrderIdentity},
    profile::Profile,
    target::{Kind, Target},
    value::text,
};
use domain::ValueType;

/// The kinds a row can give, in the order they are told.
const KINDS: [Kind; 9] = [Kind::Customer, Kind::Contact, Kind::Order, Kind::Line, Kind::Refund, Kind::Answer, Kind::Interaction, Kind::Product, Kind::Cost];

/// Makes a mapping say what its columns say: what each row gives, where order numbers come from, whether rows that name nobody are
/// customers of their own. `before` is the mapping that was shown when this one was made of it: a word about the whole file that
/// changed since then overrules what its columns were told before.
pub fn settle(mapping: &mut Mapping, before: Option<&Mapping>) {
    let given = Given::of(&mapping.columns);
    mapping.kinds = given.kinds();
    if mapping.organisations && given.identifies() && !mapping.kinds.contains(&Kind::Customer) {
        // a list of contacts says nothing of the company but its name
        let named = mapping.columns.iter().any(|c| c.names_company(true));
        if named || !mapping.kinds.contains(&Kind::Contact) {
            mapping.kinds.insert(0, Kind::Customer);
        }
    }
    let trade = mapping.kinds.iter().any(|k| matches!(k, Kind::Order | Kind::Line));
    mapping.order_identity = match mapping.order_identity {
        _ if !trade || given.has(&Target::OrderId) => OrderIdentity::Column,
        OrderIdentity::Column if mapping.kinds.contains(&Kind::Line) => OrderIdentity::CustomerDay,
        OrderIdentity::Column => OrderIdentity::Row,
        said => said,
    };
    let newly_named = before.is_some_and(|b| b.customer_by_row && !Given::of(&b.columns).identifies()) && given.identifies();
    mapping.customer_by_row = mapping.kinds == [Kind::Customer] && (!given.identifies() || mapping.customer_by_row && !newly_named);
    if let Some(before) = before {
        overrule(mapping, before);
    }
}

/// Another order of dates or decimal mark for the file holds for all its columns but those that were told another one with it.
fn overrule(mapping: &mut Mapping, before: &Mapping) {
    let (order, mark) = (mapping.date_order != before.date_order, mapping.decimal_mark != before.decimal_mark);
    for c in &mut mapping.columns {
        let Some(was) = before.columns.iter().find(|b| b.index == c.index) else { continue };
        if order && was.date_order == c.date_order {
            c.date_order = None;
        }
        if mark && was.decimal_mark == c.decimal_mark {
            c.decimal_mark = None;
        }
    }
}

/// The targets that columns give.
struct Given<'m>(Vec<&'m Target>);

impl<'m> Given<'m> {
    fn of(columns: &'m [Column]) -> Given<'m> {
        let counts = |c: &&Column| c.target != Target::Ignore && (c.identifier || !c.target.is_identifier());
        Given(columns.iter().filter(counts).map(|c| &c.target).collect())
    }

    fn has(&self, target: &Target) -> bool {
        self.0.contains(&target)
    }

    fn any(&self, targets: &[Target]) -> bool {
        targets.iter().any(|t| self.has(t))
    }

    fn of_kind(&self, kind: Kind) -> bool {
        self.0.iter().any(|t| t.kind() == Some(kind))
    }

    fn identifies(&self) -> bool {
        self.0.iter().any(|t| t.is_identifier())
    }

    /// Money of orders or of their lines.
    fn is_priced(&self) -> bool {
        self.any(&[Target::OrderPaid, Target::OrderAmount, Target::LinePaid, Target::LinePrice])
    }

    fn kinds(&self) -> Vec<Kind> {
        let scored = self.any(&[Target::AnswerScore, Target::AnswerNps, Target::AnswerCsat, Target::AnswerCes]);
        let touched = self.has(&Target::InteractionAt);
        let dated = self.has(&Target::OrderAt);
        let refund_columns = self.of_kind(Kind::Refund);
        // a refund that names the order and the goods given back, and nothing that was bought
        let only_refunds = refund_columns && !dated && !self.is_priced() && (self.any(&[Target::RefundAt, Target::RefundOrder, Target::RefundId]) || !self.has(&Target::OrderId));
        // beside a score or an interaction, an order's number or time may be just what it was about
        let bought = (self.of_kind(Kind::Order) || self.of_kind(Kind::Line)) && (!(scored || touched) || dated && self.has(&Target::OrderId) || self.is_priced());
        let trade = bought && !only_refunds;
        let lines = trade && self.gives_lines(dated);
        // beside lines, only an amount of the order's own makes a head
        let heads = trade && (!lines || self.any(&[Target::OrderPaid, Target::OrderAmount]));
        let can_give_back = self.is_priced() || self.any(&[Target::LineQuantity, Target::OrderStatus, Target::OrderCancelled]);
        let refunds = refund_columns || trade && can_give_back;
        let told = trade || refunds;
        let answers = scored || self.of_kind(Kind::Answer) && !told && !touched;
        let interactions = touched || self.of_kind(Kind::Interaction) && !told && !answers;
        let (contacts, products, costs) = (self.of_kind(Kind::Contact), self.of_kind(Kind::Product), self.of_kind(Kind::Cost));
        let described = self.0.iter().any(|t| t.kind() == Some(Kind::Customer) && !t.is_identifier());
        let alone = !(told || answers || interactions || contacts || products || costs);
        let gives = |kind: &Kind| match kind {
            Kind::Customer => described || self.identifies() && alone,
            Kind::Contact => contacts,
            Kind::Order => heads,
            Kind::Line => lines,
            Kind::Refund => refunds,
            Kind::Answer => answers,
            Kind::Interaction => interactions,
            Kind::Product => products,
            Kind::Cost => costs,
        };
        KINDS.into_iter().filter(gives).collect()
    }

    /// Does each row tell of goods, or of a part of what was paid?
    fn gives_lines(&self, dated: bool) -> bool {
        use Target::{LineBrand, LineCategory, LineCost, LineDiscount, LineName, LineNo, LinePaid, LinePrice, LineProduct, LineQuantity};
        let goods = self.any(&[LineNo, LineProduct, LineName, LineCategory, LineBrand, LineCost, LineDiscount, LinePaid]);
        // a price is an order's amount, unless a quantity or the missing day says that the order's head stands elsewhere
        goods || self.has(&LinePrice) && (self.has(&LineQuantity) || !dated) || self.has(&LineQuantity) && !dated
    }
}

/// Type of value a column gives.
pub(super) fn value_of(c: &Column) -> Option<ValueType> {
    c.target.value_type().or(c.value_type)
}

/// Is the column read as a number?
pub(super) fn is_number(c: &Column) -> bool {
    matches!(value_of(c), Some(ValueType::Money | ValueType::Number | ValueType::Int))
}

/// Is it read as a date?
pub(super) fn is_date(c: &Column) -> bool {
    value_of(c) == Some(ValueType::Day)
}

/// Numbers of things, which a spreadsheet may have written `17850.0`.
fn is_id(target: &Target) -> bool {
    use Target::{AnswerId, InteractionId, LineNo, LineProduct, OrderId, ProductId, RefundId, RefundOrder};
    target.is_identifier() && !matches!(target, Target::CustomerPhone | Target::CustomerEmail) || matches!(target, OrderId | LineNo | LineProduct | RefundId | RefundOrder | ProductId | InteractionId | AnswerId)
}

/// A file that uses the comma somewhere uses it everywhere.
pub(super) fn has_comma(profiles: &[Profile]) -> bool {
    profiles.iter().any(|p| p.mark() == Some(DecimalMark::Comma) && p.is_numeric())
}

/// How the cells of a column say that they are read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Reading {
    pub order: Option<DateOrder>,
    /// do the cells prove that order?
    pub sure: bool,
    pub mark: Option<DecimalMark>,
    pub scale: i64,
    pub strip: bool,
}

impl Reading {
    pub fn of(p: &Profile, c: &Column, has_comma: bool) -> Reading {
        let comma = (has_comma && p.comma_numbers > 0).then_some(DecimalMark::Comma);
        Reading {
            order: p.order.filter(|_| is_date(c)),
            sure: p.order_sure,
            mark: p.mark().or(comma).filter(|_| is_number(c)),
            scale: if value_of(c) == Some(ValueType::Money) { scale(&p.header) } else { 1 },
            strip: is_id(&c.target) && p.filled > 0 && p.point_zero == p.filled,
        }
    }

    /// Writes it into the column, as far as it differs from the file's. Where day and month cannot be told apart, the file's
    /// word is better than a guess.
    pub fn put(self, c: &mut Column, order: DateOrder, mark: DecimalMark) {
        c.date_order = self.order.filter(|o| *o != order && (self.sure || order == DateOrder::Ymd));
        c.decimal_mark = self.mark.filter(|m| *m != mark);
        (c.scale, c.strip_decimal) = (self.scale, self.strip);
    }
}

/// The order of dates that holds for a file: the first that cells prove, else the first that is guessed.
pub(super) fn order_of<'r>(readings: impl Iterator<Item = &'r Reading> + Clone) -> Option<DateOrder> {
    let proven = readings.clone().filter(|r| r.sure).find_map(|r| r.order);
    proven.or_else(|| readings.clone().find_map(|r| r.order))
}

/// Units in a header: 千元, (k$), 万元.
fn scale(header: &str) -> i64 {
    let lower = text::narrowed(header).to_lowercase();
    if lower.contains("万元") || lower.contains("(万)") || lower.contains("萬元") {
        10_000
    } else if lower.contains("千元") || ["k$", "k€", "k£", "$k", "(k)", "thousand", "kcny", "krmb", "k¥"].iter().any(|u| lower.contains(u)) {
        1000
    } else {
        1
    }
}

/// Columns that were given another meaning since `before` are read as their cells say, as a proposal would have it; what a person
/// said about them at the same time stands.
pub(super) fn adopt(mapping: &mut Mapping, before: &Mapping, profiles: &[Profile]) {
    let was = |c: &Column| before.columns.iter().find(|b| b.index == c.index && b.header == c.header);
    let said = |c: &Column, b: &Column| (c.date_order, c.decimal_mark, c.scale, c.strip_decimal) != (b.date_order, b.decimal_mark, b.scale, b.strip_decimal);
    let turned = |c: &Column| was(c).is_some_and(|b| (&b.target, b.value_type) != (&c.target, c.value_type) && !said(c, b));
    let comma = has_comma(profiles);
    let readings: Vec<Option<Reading>> = mapping.columns.iter().map(|c| profiles.iter().find(|p| p.header == c.header && p.index == c.index).filter(|_| turned(c)).map(|p| Reading::of(p, c, comma))).collect();
    let others = |kind: fn(&Column) -> bool| mapping.columns.iter().any(|c| !turned(c) && kind(c));
    let (other_dates, other_numbers) = (others(is_date), others(is_number));
    // the first of its sort speaks for the file
    if mapping.date_order == before.date_order && !other_dates {
        mapping.date_order = order_of(readings.iter().flatten()).unwrap_or(mapping.date_order);
    }
    if mapping.decimal_mark == before.decimal_mark && !other_numbers {
        mapping.decimal_mark = readings.iter().flatten().find_map(|r| r.mark).unwrap_or(mapping.decimal_mark);
    }
    let (order, mark) = (mapping.date_order, mapping.decimal_mark);
    for (c, reading) in mapping.columns.iter_mut().zip(readings) {
        if let Some(reading) = reading {
            reading.put(c, order, mark);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Currency;

    fn mapped(targets: &[&str]) -> Mapping {
        let columns = targets.iter().enumerate().map(|(i, t)| Column::new(i, format!("h{i}"), Target::parse(t).expect("a target")));
        let mut mapping: Mapping = serde_json::from_value(serde_json::json!({ "format": "csv", "time_zone": "UTC", "currency": Currency::CNY, "columns": [] })).expect("a mapping");
        mapping.columns = columns.collect();
        mapping
    }

    /// What the targets of the left give, told as the right.
    #[test]
    fn kinds_follow_from_the_targets() {
        let table: &[(&[&str], &str)] = &[
            (&["ignore"], ""),
            (&["customer.id"], "customer"),
            (&["customer.id", "customer.name", "attribute.city", "custom.skin"], "customer"),
            (&["attribute.age", "custom.job"], "customer by row"),
            (&["customer.id", "contact.name", "contact.phone"], "contact"),
            (&["customer.id", "customer.company", "contact.name"], "customer,contact"),
            (&["order.id", "customer.id", "order.at", "order.paid"], "order,refund"),
            (&["order.id", "customer.id", "order.at", "order.paid", "customer.name"], "customer,order,refund"),
            (&["customer.id", "order.at", "order.paid"], "order,refund row"),
            (&["order.id", "customer.id", "order.at"], "order"),
            (&["order.id", "customer.id", "order.at", "line.price"], "order,refund"),
            (&["order.id", "customer.id", "order.at", "order.status"], "order,refund"),
            (&["order.id", "customer.id", "order.at", "line.product", "line.quantity", "line.price"], "line,refund"),
            (&["customer.id", "order.at", "line.name"], "line day"),
            (&["customer.id", "order.at", "line.name", "line.paid"], "line,refund day"),
            (&["order.id", "line.no", "line.product", "line.quantity", "line.paid"], "line,refund"),
            (&["order.id", "line.price"], "line,refund"),
            (&["order.id", "customer.id", "order.at", "order.paid", "line.name", "line.paid"], "order,line,refund"),
            (&["order.id", "customer.id", "order.at", "order.paid", "refund.amount", "refund.at"], "order,refund"),
            (&["refund.id", "refund.order", "customer.id", "refund.at", "refund.amount", "line.product", "line.quantity"], "refund"),
            (&["order.id", "customer.id", "refund.at", "refund.amount"], "refund"),
            (&["customer.id", "answer.at", "answer.score"], "answer"),
            (&["customer.id", "answer.at", "answer.comment"], "answer"),
            (&["customer.id", "answer.score", "order.at"], "answer"),
            (&["customer.id", "answer.nps", "order.id", "order.at", "order.paid"], "order,refund,answer"),
            (&["customer.email", "customer.name", "interaction.at", "interaction.channel", "answer.csat"], "customer,answer,interaction"),
            (&["customer.id", "interaction.at", "interaction.kind"], "interaction"),
            (&["customer.id", "interaction.kind"], "interaction"),
            (&["product.id", "product.name", "product.cost"], "product"),
            (&["cost.channel", "cost.from", "cost.amount"], "cost"),
        ];
        for (targets, told) in table {
            let mut m = mapped(targets);
            settle(&mut m, None);
            let mut found = m.kinds.iter().map(|k| k.key()).collect::<Vec<_>>().join(",");
            match m.order_identity {
                OrderIdentity::Column => {}
                OrderIdentity::Row => found.push_str(" row"),
                OrderIdentity::CustomerDay => found.push_str(" day"),
            }
            if m.customer_by_row {
                found.push_str(" by row");
            }
            assert_eq!(found, *told, "{targets:?}");
            let once = m.clone();
            settle(&mut m, Some(&once));
            assert_eq!(m, once, "what is settled stays");
        }
    }

    #[test]
    fn a_number_given_by_hand_counts_and_what_was_said_without_one_stands() {
        let mut m = mapped(&["ignore", "customer.id", "order.at", "order.paid"]);
        m.order_identity = OrderIdentity::CustomerDay;
        settle(&mut m, None);
        assert_eq!(m.order_identity, OrderIdentity::CustomerDay, "said by hand");
        m.columns[0].target = Target::OrderId;
        settle(&mut m, None);
        assert_eq!(m.order_identity, OrderIdentity::Column);
    }

    #[test]
    fn rows_stop_being_customers_of_their_own_when_a_column_names_them() {
        let mut before = mapped(&["ignore", "attribute.age"]);
        settle(&mut before, None);
        assert!(before.customer_by_row);
        let mut after = before.clone();
        after.columns[0].target = Target::CustomerId;
        settle(&mut after, Some(&before));
        assert!(!after.customer_by_row);
        // said again on purpose: those who are named by nothing are customers all the same
        let shown = after.clone();
        after.customer_by_row = true;
        settle(&mut after, Some(&shown));
        assert!(after.customer_by_row);
        after.columns[0].identifier = false;
        after.customer_by_row = false;
        settle(&mut after, Some(&shown));
        assert!(after.customer_by_row, "the number is not used to recognise anyone");
    }

    #[test]
    fn the_files_word_overrules_its_columns_but_not_what_a_column_is_told_with_it() {
        let mut before = mapped(&["order.at", "refund.at", "order.paid"]);
        (before.columns[0].date_order, before.columns[1].date_order) = (Some(DateOrder::Mdy), Some(DateOrder::Mdy));
        before.columns[2].decimal_mark = Some(DecimalMark::Comma);
        let mut after = before.clone();
        settle(&mut after, Some(&before));
        assert_eq!(after.columns[0].date_order, Some(DateOrder::Mdy), "nothing was said");
        (after.date_order, after.columns[1].date_order) = (DateOrder::Dmy, Some(DateOrder::Ymd));
        settle(&mut after, Some(&before));
        assert_eq!((after.columns[0].date_order, after.columns[1].date_order), (None, Some(DateOrder::Ymd)));
        let before = Mapping { decimal_mark: DecimalMark::Comma, ..after.clone() };
        settle(&mut after, Some(&before));
        assert_eq!(after.columns[2].decimal_mark, None);
    }
}
