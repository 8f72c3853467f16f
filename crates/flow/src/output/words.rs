//! Whose words stand in a file: machine names, as programs read them, or what a language calls things, as people do.

use super::cell::{Cell, Column};
use domain::{Label, Lang, classification::Named, field::BETWEEN};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, collections::BTreeMap};
use utoipa::ToSchema;

/// Words of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub enum Labels {
    /// machine names
    #[default]
    #[serde(rename = "keys")]
    Keys,
    /// Chinese
    #[serde(rename = "zh-CN")]
    Zh,
    /// English
    #[serde(rename = "en")]
    En,
}

impl Labels {
    /// The language; none of machine names.
    pub fn lang(self) -> Option<Lang> {
        match self {
            Labels::Keys => None,
            Labels::Zh => Some(Lang::Zh),
            Labels::En => Some(Lang::En),
        }
    }

    /// What a sheet is called.
    pub fn sheet(self, name: &Label) -> &str {
        self.lang().map_or("data", |lang| name.get(lang))
    }

    /// What stands above the columns. Names that two of them share are told apart by the machine names, which stand in the notes.
    pub fn head(self, columns: Vec<Column>) -> Vec<Column> {
        let Some(lang) = self.lang() else { return columns };
        let name = |c: &Column| if c.label.get(lang).is_empty() { c.key.clone() } else { c.label.get(lang).to_owned() };
        let mut met: BTreeMap<String, u32> = BTreeMap::new();
        columns.iter().for_each(|c| *met.entry(name(c)).or_default() += 1);
        let worded = |c: Column| {
            let own = name(&c);
            let heading = if met.get(&own).is_some_and(|n| *n > 1) { format!("{own} ({})", c.key) } else { own };
            Column { label: Label::same(c.key), description: Label::same(c.description.get(lang)), key: heading, ..c }
        };
        columns.into_iter().map(worded).collect()
    }

    /// A cell: to people yes and no are words.
    pub fn cell(self, cell: Cell<'_>) -> Cell<'_> {
        match (self.lang(), cell) {
            (Some(lang), Cell::Bool(yes)) => Cell::text(if yes { lang.pick("是", "Yes") } else { lang.pick("否", "No") }),
            (_, cell) => cell,
        }
    }

    /// The names of chosen options; what is no option stands as it is.
    pub fn options<'t>(self, options: &[Named], text: &'t str) -> Cow<'t, str> {
        let Some(lang) = self.lang().filter(|_| !options.is_empty()) else { return Cow::Borrowed(text) };
        let name = |key: &'t str| options.iter().find(|o| o.key == key).map_or(key, |o| o.label.get(lang));
        Cow::Owned(text.split(BETWEEN).map(name).collect::<Vec<_>>().join(self.between()))
    }

    /// Stands between several names in a cell.
    pub fn between(self) -> &'static str {
        match self {
            Labels::Keys => ",",
            Labels::Zh => BETWEEN,
            Labels::En => ", ",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::cell::Kind, *};

    #[test]
    fn names_that_two_columns_share_are_told_apart() {
        let column = |key: &str, zh: &str| Column { key: key.into(), label: Label::new(zh, ""), description: Label::new("说明", "what"), unit: None, kind: Kind::Text };
        let all = vec![column("net", "净消费额"), column("custom.net", "净消费额"), column("city", "城市")];
        let heads = |labels: Labels| labels.head(all.clone()).into_iter().map(|c| c.key).collect::<Vec<_>>();
        assert_eq!(heads(Labels::Keys), ["net", "custom.net", "city"]);
        assert_eq!(heads(Labels::Zh), ["净消费额 (net)", "净消费额 (custom.net)", "城市"]);
        assert_eq!(heads(Labels::En), ["net", "custom.net", "city"], "without a name the key stays");
        let first = Labels::Zh.head(all).remove(0);
        assert_eq!((first.label.zh.as_str(), first.description.en.as_str()), ("net", "说明"));
    }

    #[test]
    fn options_are_called_by_their_names() {
        let options = [Named { key: "油性".into(), label: Label::new("油性", "Oily") }, Named { key: "干性".into(), label: Label::new("干性", "Dry") }];
        assert_eq!(Labels::En.options(&options, "油性、干性、怪"), "Oily, Dry, 怪");
        assert_eq!(Labels::Zh.options(&options, "油性、干性"), "油性、干性");
        assert_eq!(Labels::Keys.options(&options, "油性"), "油性");
        assert_eq!((Labels::En.cell(Cell::Bool(true)), Labels::Keys.cell(Cell::Bool(true))), (Cell::text("Yes"), Cell::Bool(true)));
    }
}
