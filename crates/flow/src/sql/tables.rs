//! Which tables a question may name, and what is in them. What whoever asks may not see is no column.

use crate::{
    Result,
    analysis::{Asked, Picture},
    app::App,
    schema,
    sight::{self, Sight, Walls},
};
use domain::{CustomerKey, Label, identity::{Identifier, IdentifierKind}};
use lake::{Run, desk::{Facts, Holds, Of, Sheet}};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// A table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SqlTable {
    /// as a question names it
    pub name: String,
    /// what it is
    #[schema(value_type = schema::Label)]
    pub label: Label,
    /// its columns
    pub columns: Vec<SqlColumn>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SqlColumn {
    /// as a question names it, in quotes where it needs them
    pub name: String,
    /// what it is
    #[schema(value_type = schema::Label)]
    pub label: Label,
    /// details in it are hidden
    pub masked: bool,
}

struct Held(Arc<Picture>);

impl Holds for Held {
    fn run(&self) -> &Run {
        &self.0.run
    }
}

/// Identifiers of a customer, by kind.
const WHO: [(&str, IdentifierKind); 4] = [
    ("external_id", IdentifierKind::External),
    ("member_no", IdentifierKind::Member),
    ("phone", IdentifierKind::Phone),
    ("email", IdentifierKind::Email),
];

/// A name as SQL takes it.
fn written(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') && !name.starts_with(|c: char| c.is_ascii_digit());
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

fn column(name: &str, label: Label) -> SqlColumn {
    SqlColumn { name: written(name), label, masked: false }
}

/// Every table whoever asks may name.
///
/// # Errors
/// When the store or the lake refuses.
pub async fn tables(app: &App, sight: Sight) -> Result<Vec<SqlTable>> {
    let picture = app.runs.at(app, Asked::default()).await?;
    let walls = Walls::of(sight, &picture);
    let all = &picture.definitions;
    let number = || column("customer", Label::new("客户序号，用来连接各表", "the customer's number, to join tables by"));
    let who = WHO.iter().map(|(name, kind)| SqlColumn { masked: sight.is_masked(), ..column(name, kind.label()) });
    let mut found = vec![
        SqlTable {
            name: "customers".into(),
            label: Label::new("客户：每人一行", "customers, a row each"),
            columns: [number(), column("id", Label::new("知音编号", "Zhiyin's own number")), column("name", Label::new("姓名", "name"))].into_iter().chain(who).collect(),
        },
        SqlTable {
            name: "features".into(),
            label: Label::new("特征：每人一行，每个特征一列", "features: a row a customer, a column a feature"),
            columns: [number()].into_iter().chain(all.features().iter().filter(|f| shown(&walls, &picture, &f.key)).map(|f| column(&f.key, f.label.clone()))).collect(),
        },
        SqlTable {
            name: "classes".into(),
            label: Label::new("类别：每人一行，每个分类一列", "classes: a row a customer, a column a classification"),
            columns: [number()].into_iter().chain(all.classifications().iter().filter(|c| !walls.hides_class(&c.key)).map(|c| column(&c.key, c.label.clone()))).collect(),
        },
        SqlTable {
            name: "segments".into(),
            label: Label::new("人群：每人一行，每个人群一列（是或否）", "segments: a row a customer, a column a segment, true or false"),
            columns: [number()].into_iter().chain(all.segments().iter().map(|s| column(&s.key, s.label.clone()))).collect(),
        },
    ];
    let label = |f: Facts| match f {
        Facts::Orders => Label::new("订单", "orders"),
        Facts::OrderLines => Label::new("订单明细", "lines of orders"),
        Facts::Refunds => Label::new("退款", "refunds"),
        Facts::Interactions => Label::new("互动", "interactions"),
        Facts::Answers => Label::new("评分与反馈", "answers to surveys"),
        Facts::Products => Label::new("商品", "products"),
    };
    found.extend(Facts::ALL.iter().map(|f| SqlTable {
        name: f.name().to_owned(),
        label: label(*f),
        columns: f.columns().iter().map(|c| column(c.name, Label::new(c.about.0, c.about.1))).collect(),
    }));
    Ok(found)
}

fn shown(walls: &Walls, picture: &Picture, key: &str) -> bool {
    !walls.hides(key) && picture.column(key).is_some()
}

/// The tables beside the facts.
pub(super) async fn sheets(app: &App, sight: Sight, picture: &Arc<Picture>, text: &str) -> Result<Vec<Sheet>> {
    let (walls, all) = (Walls::of(sight, picture), &picture.definitions);
    let of: Arc<dyn Holds> = Arc::new(Held(Arc::clone(picture)));
    let number = || ("customer".to_owned(), Of::Customer);
    let sheet = |name: &str, columns: Vec<(String, Of)>| Sheet { name: name.to_owned(), columns, of: Arc::clone(&of), masked: sight.is_masked() };
    let features = all.features().iter().filter(|f| shown(&walls, picture, &f.key)).map(|f| (f.key.clone(), Of::Feature(f.key.clone())));
    let classes = all.classifications().iter().filter(|c| !walls.hides_class(&c.key)).map(|c| (c.key.clone(), Of::Class(c.key.clone())));
    let segments = all.segments().iter().map(|s| (s.key.clone(), Of::Member(s.key.clone())));
    let people = people(app, sight, picture, text.to_lowercase().contains("customers")).await?;
    Ok(vec![
        sheet("features", [number()].into_iter().chain(features).collect()),
        sheet("classes", [number()].into_iter().chain(classes).collect()),
        sheet("segments", [number()].into_iter().chain(segments).collect()),
        sheet("customers", [number()].into_iter().chain(people).collect()),
    ])
}

/// Who the customers are, as far as it may be seen. They are fetched where they are asked for; elsewhere their table has its columns and
/// nobody reads them.
async fn people(app: &App, sight: Sight, picture: &Picture, asked: bool) -> Result<Vec<(String, Of)>> {
    let len = if asked { picture.everyone().len() } else { 0 };
    let slot = |all: &mut Vec<Option<String>>, key: CustomerKey, text: String| {
        if let Some(slot) = all.get_mut(key.0 as usize).filter(|s| s.is_none()) {
            *slot = Some(text);
        }
    };
    let (mut ids, mut names) = (vec![None; len], vec![None; len]);
    let mut by_kind: Vec<Vec<Option<String>>> = WHO.iter().map(|_| vec![None; len]).collect();
    if asked {
        store::customer::each(&app.store, |c| {
            slot(&mut ids, c.key, c.id);
            if let Some(name) = c.name {
                slot(&mut names, c.key, sight::text(sight, name));
            }
        })
        .await?;
        store::customer::each_identifier(&app.store, |kind, value, key| {
            let place = WHO.iter().position(|(_, k)| *k == kind);
            if let Some(all) = place.and_then(|p| by_kind.get_mut(p)) {
                let shown = sight::identifier(sight, &[Identifier { kind, value }], kind);
                slot(all, key, shown.unwrap_or_default());
            }
        })
        .await?;
    }
    let texts = |name: &str, all: Vec<Option<String>>| (name.to_owned(), Of::Texts(Arc::new(all)));
    let who = WHO.iter().zip(by_kind).map(|((name, _), all)| texts(name, all));
    Ok([texts("id", ids), texts("name", names)].into_iter().chain(who).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_sql_takes_them() {
        assert_eq!((written("net_30d"), written("custom.收货地址"), written("1st"), written("a\"b")), ("net_30d".into(), "\"custom.收货地址\"".into(), "\"1st\"".into(), "\"a\"\"b\"".into()));
    }
}
