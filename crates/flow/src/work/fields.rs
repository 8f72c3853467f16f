//! What is known of customers, put right by hand of one or of all matching: newer rows of the lake, beside what files said, so that
//! everything that is computed reads them as it reads those.

use super::{changes::ChangeDraft, hand::{self, Back, Rows}, preview::{ChangePreview, ChangeRefused}};
use crate::{
    Error, Result,
    analysis::defined,
    app::App,
    people::By,
    sight::{Sight, Walls},
};
use domain::{
    Currency, CustomerKey, Day, Label, Value, ValueType,
    clock::Instant,
    fact::AttributeFact,
    feature::{self, Definition, Feature, derive},
    field::{self, Fault},
};
use lake::Lake;
use serde_json::json;
use std::sync::Arc;
use store::{
    change::Change,
    edit::{self, Written},
    mark::Set,
};

/// What may be put right by hand.
///
/// # Errors
/// `feature.not_found`; `change.computed` for one that is made of facts; `access.masked`.
pub(crate) async fn known(app: &App, sight: Sight, key: &str) -> Result<Feature> {
    Walls::now(app, sight).await?.ask(key)?;
    let all = defined::current(app).await?;
    let f = all.feature(key).ok_or_else(|| Error::not_found("feature", key))?;
    if f.by_hand().is_none() {
        return Err(Error::Invalid {
            code: "change.computed",
            message: Label::new(format!("“{}”由数据算出，不能手工修改；改正数据请导入", f.label.zh), format!("“{}” is computed from facts and not edited by hand; import a correction", f.label.en)),
            params: json!({ "field": key }),
        });
    }
    Ok(f.clone())
}

/// What a field is called; nothing if it is gone.
pub(super) async fn label(app: &App, key: &str) -> Result<Label> {
    Ok(defined::current(app).await?.feature(key).map_or_else(Label::default, |f| f.label.clone()))
}

fn refused(f: &Feature, why: &Label) -> Error {
    Error::Invalid {
        code: "change.value",
        message: Label::new(format!("{}：{}", f.label.zh, why.zh), format!("{}: {}", f.label.en, why.en)),
        params: json!({ "field": f.key }),
    }
}

/// The value as the lake keeps it.
fn value(app: &App, f: &Feature, draft: &ChangeDraft) -> Result<Value> {
    let (Some(asked), Some(written)) = (f.asked(), &draft.value) else { return Ok(Value::Null) };
    let value = field::read(asked.kind, &asked.options, written, app.settings().currency).map_err(|e| refused(f, &e.message()))?;
    if value.is_null() {
        return Ok(value);
    }
    match feature::fit(value, f.value, app.settings().currency) {
        Value::Null if f.value == ValueType::Int => Err(refused(f, &Label::new("要填整数", "a whole number is wanted"))),
        Value::Null => Err(refused(f, &Fault::Kind(asked.kind).message())),
        value => Ok(value),
    }
}

/// What a field shall hold.
struct Wanted {
    field: Feature,
    attribute: String,
    value: Value,
    currency: Currency,
    /// what whoever asks saw there
    was: Option<Value>,
}

impl Wanted {
    async fn of(app: &App, by: &By, draft: &ChangeDraft, who: &Set) -> Result<Arc<Wanted>> {
        let field = known(app, by.permissions.sight(), draft.subject.as_deref().map(str::trim).unwrap_or_default()).await?;
        let attribute = field.by_hand().map(str::to_owned).ok_or_else(|| Error::not_found("feature", field.key.as_str()))?;
        let was = draft.was.as_ref().map(|raw| serde_json::from_value::<Value>(raw.clone())).transpose();
        let was = was.map_err(|e| Error::invalid("change.was", format!("was 不是一个值：{e}"), format!("`was` is no value: {e}")))?;
        if was.is_some() && who.count() != 1 {
            return Err(Error::invalid("change.was", "只有改一位客户时才能给出 was", "`was` is for one customer"));
        }
        Ok(Arc::new(Wanted { value: value(app, &field, draft)?, field, attribute, currency: app.settings().currency, was }))
    }

    /// A value of the attribute, as the field shows it.
    fn spelled(&self, value: Value) -> Value {
        match &self.field.definition {
            Definition::Derived { function, .. } => derive(*function, &[value], Day::default()),
            _ => feature::fit(value, self.field.value, self.currency),
        }
    }

    /// Is this what is wanted, where `fact` is the row that counts?
    fn holds(&self, fact: Option<&AttributeFact>) -> bool {
        self.spelled(fact.map_or(Value::Null, |a| a.value.clone())) == self.spelled(self.value.clone())
    }

    /// What the field shows of a customer: what its attribute says, or what stands in for it.
    fn shown(&self, lake: &Lake, day: Day, customer: CustomerKey) -> lake::Result<Value> {
        let says = |key: &str| -> lake::Result<Value> {
            let said = lake.attribute(customer, key)?;
            Ok(said.into_iter().filter(|a| a.day <= day).max_by_key(|a| (a.day, a.recorded_at)).map_or(Value::Null, |a| a.value))
        };
        match &self.field.definition {
            Definition::Derived { function, of } => {
                let args = of.iter().map(|k| says(k.strip_prefix("attribute.").unwrap_or(k))).collect::<lake::Result<Vec<Value>>>()?;
                Ok(derive(*function, &args, day))
            }
            _ => Ok(self.spelled(says(&self.attribute)?)),
        }
    }
}

/// Of whom the value becomes another one, and from which day it holds.
struct Weighed {
    rows: Vec<(CustomerKey, Day)>,
    /// who has it already
    same: u64,
    /// who was erased: nothing is known of them, on purpose
    erased: u64,
}

async fn weigh(app: &App, wanted: &Arc<Wanted>, who: &Set, lake: Lake, day: Day) -> Result<Weighed> {
    // somebody may have been merged since they were looked for
    let who = who.joined(lake.aliases());
    let erased = who.and(&store::quality::erased(&app.store).await?.into_iter().collect());
    let keys: Vec<CustomerKey> = who.and_not(&erased).iter().collect();
    let (wanted, asked) = (Arc::clone(wanted), keys.len() as u64);
    let found = tokio::task::spawn_blocking(move || {
        if let (Some(was), Some(one)) = (&wanted.was, keys.first()) {
            if wanted.shown(&lake, day, *one)? != *was {
                return Ok(None);
            }
        }
        let stands = lake.standing(&wanted.attribute, day, &keys, |a| wanted.holds(a))?;
        Ok::<_, lake::Error>(Some(keys.into_iter().zip(stands).filter(|(_, s)| !s.is).map(|(c, s)| (c, hand::from(s.said, day))).collect::<Vec<_>>()))
    });
    match found.await?? {
        Some(rows) => Ok(Weighed { same: asked - rows.len() as u64, rows, erased: erased.count() }),
        None => Err(Error::conflict("change.overtaken", "这个值刚被别人改过，请看过再改", "somebody else has just changed this value; look at it and try again")),
    }
}

/// Says what the field of these customers holds from now on.
pub(super) async fn set(app: &App, by: &By, made: &mut Change, who: &Set, draft: &ChangeDraft) -> Result<()> {
    let wanted = Wanted::of(app, by, draft, who).await?;
    let rows = |lake, day| {
        let wanted = &wanted;
        async move {
            let Weighed { rows, same, erased } = weigh(app, wanted, who, lake, day).await?;
            if rows.is_empty() && same == 0 && erased > 0 {
                return Err(Error::conflict("change.erased", "这些客户已按要求删除，不能再写任何信息", "these customers were erased; nothing is written about them any more"));
            }
            let one = match rows.as_slice() {
                [(customer, _)] => Some(*customer),
                _ => None,
            };
            let (attribute, changed, value) = (wanted.attribute.clone(), rows.len() as u64, wanted.value.clone());
            Ok(Rows { attribute, changed, one, rows: Box::new(rows.into_iter().map(move |(customer, day)| (customer, day, value.clone()))) })
        }
    };
    let begun = hand::begin(app, by, &made.id, rows).await?;
    hand::finish(app, by, made, begun).await
}

/// What that would come to.
pub(super) async fn preview(app: &App, by: &By, who: &Set, draft: &ChangeDraft) -> Result<ChangePreview> {
    let wanted = Wanted::of(app, by, draft, who).await?;
    let (lake, day) = hand::now(app).await?;
    let Weighed { rows, erased, .. } = weigh(app, &wanted, who, lake, day).await?;
    let refused = (erased > 0).then(|| ChangeRefused { reason: "erased".into(), label: Label::new("已按要求删除", "erased on request"), customers: erased });
    Ok(ChangePreview::new(who.count(), rows.len() as u64, refused.into_iter().collect()))
}

/// Takes back what a field was said to hold. What was said later stands; of several it is told of how many that is not so.
pub(super) async fn back(app: &App, by: &By, c: &Change) -> Result<Back> {
    known(app, by.permissions.sight(), &c.subject).await?;
    let several = match edit::of(&app.store, &c.id).await? {
        Some(Written { customer: None, attribute, .. }) => Some(standing(app, attribute, c.at).await?),
        _ => None,
    };
    let (tx, changed, fresh) = hand::back(app, by, c).await?;
    Ok((tx, several.unwrap_or(changed), fresh))
}

/// Of how many what counts was learnt at this instant.
async fn standing(app: &App, attribute: String, learnt: Instant) -> Result<u64> {
    let ((lake, day), customers) = (hand::now(app).await?, app.look().await?.customers);
    let count = move || -> Result<u64> {
        let everybody: Vec<CustomerKey> = (0..customers).map(CustomerKey).filter(|c| lake.aliases().merged_into(*c).is_none()).collect();
        let stands = lake.standing(&attribute, day, &everybody, |a| a.is_some_and(|a| a.recorded_at == learnt))?;
        Ok(stands.iter().filter(|s| s.is).count() as u64)
    };
    tokio::task::spawn_blocking(count).await?
}
