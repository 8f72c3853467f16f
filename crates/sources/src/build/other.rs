//! Interactions, scores, products and acquisition costs.

use super::{Builder, Built, RowFault, at};
use crate::{
    code::{Code, params},
    header,
    plan::Slots,
    value::{Cell, Fault, date, decimal, text, word},
};
use domain::{
    Day,
    clock::Instant,
    identity::Identifier,
    record::{AnswerRecord, CostRecord, InteractionRecord, ProductRecord, Record},
};

impl Builder<'_> {
    pub(super) fn interaction(&mut self, who: &[Identifier], row: &[Cell<'_>], out: &mut Vec<Record>) -> Built<()> {
        self.somebody(who)?;
        let columns = &self.plan.columns;
        let Some((at, day)) = self.when(&columns.interaction_at, row)? else {
            // beside a customer, an interaction without a date is one that has not happened yet
            let beside = self.plan.kinds.customer || self.plan.kinds.answer;
            return if beside { Ok(()) } else { Err(RowFault::missing(Code::DateMissing, &[&columns.interaction_at])) };
        };
        let kind = self.text(&columns.interaction_kind, row)?.unwrap_or_else(|| self.plan.interaction_kind.clone());
        out.push(Record::Interaction(InteractionRecord {
            customer: who.to_vec(),
            at,
            day,
            kind,
            channel: self.text(&columns.interaction_channel, row)?,
            reference: self.id(&columns.interaction_id, row)?,
        }));
        Ok(())
    }

    pub(super) fn answer(&mut self, who: &[Identifier], row: &[Cell<'_>], out: &mut Vec<Record>) -> Built<()> {
        // a line that names its order alone says nothing about who was asked
        if who.is_empty() && self.plan.kinds.has_trade() {
            return Ok(());
        }
        self.somebody(who)?;
        let columns = &self.plan.columns;
        let question = match self.text(&columns.answer_question, row)? {
            Some(said) => question_key(&said),
            None => self.plan.question.clone(),
        };
        let fixed = [(&columns.answer_nps, "nps"), (&columns.answer_csat, "csat"), (&columns.answer_ces, "ces"), (&columns.answer_score, question.as_str())];
        let mut scores = Vec::with_capacity(1);
        for (slots, question) in fixed {
            if let Some(score) = self.score(slots, row, question)? {
                scores.push((question.to_owned(), score));
            }
        }
        if scores.is_empty() {
            let beside = self.plan.kinds.customer || self.plan.kinds.interaction || self.plan.kinds.has_trade();
            return if beside { Ok(()) } else { Err(RowFault::missing(Code::ScoreMissing, &[&columns.answer_score, &columns.answer_nps, &columns.answer_csat, &columns.answer_ces])) };
        }
        let (at, day) = self.answer_time(row)?.ok_or_else(|| RowFault::missing(Code::DateMissing, &[&columns.answer_at, &columns.interaction_at, &columns.order_at]))?;
        let comment = match columns.answer_comment.find(row) {
            Some((cell, slot)) => super::at(text::plain(cell, text::LONGEST_COMMENT), slot)?,
            None => None,
        };
        let channel = match self.text(&columns.answer_channel, row)? {
            Some(c) => Some(c),
            None => self.text(&columns.interaction_channel, row)?,
        };
        let reference = match self.id(&columns.answer_id, row)? {
            Some(r) => Some(r),
            None => self.id(&columns.interaction_id, row)?,
        };
        // beside an order it is that order's: told again on its next line it is the same answer
        let reference = match reference {
            None if self.plan.kinds.has_trade() => self.id(&columns.order_id, row)?,
            given => given,
        };
        for (question, score) in scores {
            out.push(Record::Answer(AnswerRecord {
                customer: who.to_vec(),
                at,
                day,
                question,
                score,
                channel: channel.clone(),
                comment: comment.clone(),
                reference: reference.clone(),
            }));
        }
        Ok(())
    }

    fn answer_time(&mut self, row: &[Cell<'_>]) -> Built<Option<(Instant, Day)>> {
        let columns = &self.plan.columns;
        for slots in [&columns.answer_at, &columns.interaction_at, &columns.order_at] {
            if let Some(found) = self.when(slots, row)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn score(&self, slots: &Slots, row: &[Cell<'_>], question: &str) -> Built<Option<f64>> {
        let Some((cell, slot)) = slots.find(row) else { return Ok(None) };
        let words = match cell {
            Cell::Text(t) => word::score_word(&text::narrowed(t.trim()).to_lowercase()),
            _ => None,
        };
        let score = match words {
            Some(s) => s,
            None => match at(decimal::read(cell, slot.mark, Code::NumberInvalid), slot)? {
                Some(d) => d.number(),
                None => return Ok(None),
            },
        };
        let (low, high) = match question {
            "nps" => (0.0, 10.0),
            "csat" => (1.0, 5.0),
            "ces" => (1.0, 7.0),
            _ => (-1_000_000.0, 1_000_000.0),
        };
        if (low..=high).contains(&score) {
            return Ok(Some(score));
        }
        let fault = Fault { code: Code::ScoreInvalid, params: params([("low", &low.to_string()), ("high", &high.to_string())]) };
        Err(RowFault { fault, column: Some(slot.index) })
    }

    pub(super) fn product(&mut self, row: &[Cell<'_>], out: &mut Vec<Record>) -> Built<()> {
        let columns = &self.plan.columns;
        let name = self.text(&columns.product_name, row)?;
        let number = self.id(&columns.product_id, row)?;
        let product = number.or_else(|| name.clone()).ok_or_else(|| RowFault::missing(Code::ProductMissing, &[&columns.product_id, &columns.product_name]))?;
        out.push(Record::Product(ProductRecord {
            product,
            name,
            category: self.text(&columns.product_category, row)?,
            brand: self.text(&columns.product_brand, row)?,
            price: self.money(&columns.product_price, row)?,
            cost: self.money(&columns.product_cost, row)?,
        }));
        Ok(())
    }

    pub(super) fn cost(&mut self, row: &[Cell<'_>], out: &mut Vec<Record>) -> Built<()> {
        let columns = &self.plan.columns;
        let (from, month_end) = self.period(&columns.cost_from, row)?.ok_or_else(|| RowFault::missing(Code::DateMissing, &[&columns.cost_from]))?;
        let to = match self.period(&columns.cost_to, row)? {
            Some((day, None)) => day,
            Some((_, Some(end))) => end,
            None => month_end.unwrap_or(from),
        };
        if to < from {
            return Err(RowFault { fault: Code::DateInvalid.into(), column: columns.cost_to.first() });
        }
        let amount = self.money(&columns.cost_amount, row)?.ok_or_else(|| RowFault::missing(Code::AmountMissing, &[&columns.cost_amount]))?;
        out.push(Record::Cost(CostRecord {
            channel: self.text(&columns.cost_channel, row)?,
            campaign: self.text(&columns.cost_campaign, row)?,
            from,
            to,
            amount,
        }));
        Ok(())
    }

    /// A day, or a month with its last day.
    fn period(&mut self, slots: &Slots, row: &[Cell<'_>]) -> Built<Option<(Day, Option<Day>)>> {
        let Some((cell, slot)) = slots.find(row) else { return Ok(None) };
        let written = match cell {
            Cell::Text(t) => Some(t.clone()),
            Cell::Int(_) => Some(cell.shown()),
            // 2025.1 may have been 2025.10
            Cell::Number(_) => Some(cell.shown()).filter(|t| t.len() == 7),
            _ => None,
        };
        if let Some((first, last)) = written.as_deref().and_then(date::month) {
            return Ok(Some((first, Some(last))));
        }
        Ok(at(self.date(cell, slot), slot)?.map(|m| (self.wall.place(m).1, None)))
    }
}

/// `NPS`, `净推荐值` → `nps`; another question keeps its own name.
fn question_key(said: &str) -> String {
    let lower = text::narrowed(said).to_lowercase();
    for (key, words) in [
        ("nps", ["nps", "推荐", "recommend"]),
        ("csat", ["csat", "满意", "satisf"]),
        ("ces", ["ces", "费力", "effort"]),
    ] {
        if words.iter().any(|w| lower.contains(w)) {
            return key.to_owned();
        }
    }
    header::slug(said)
}
