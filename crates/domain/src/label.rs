//! Text in both languages of the product. Whatever a person may read is a `Label`, never a bare `String`.

use serde::{Deserialize, Serialize};

/// Language of a reader. Parsed leniently: anything that starts with `zh` is Chinese, the rest English.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Lang {
    /// Simplified Chinese.
    #[serde(rename = "zh-CN")]
    Zh,
    /// English.
    #[default]
    #[serde(rename = "en")]
    En,
}

impl Lang {
    /// `"zh-CN"`, `"zh_CN.UTF-8"`, `"zh"` → Chinese; everything else → English.
    pub fn parse(text: &str) -> Lang {
        if text.trim().to_ascii_lowercase().starts_with("zh") { Lang::Zh } else { Lang::En }
    }

    /// The BCP 47 tag: `zh-CN` or `en`.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::Zh => "zh-CN",
            Lang::En => "en",
        }
    }

    /// Picks the text of this language.
    pub fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

/// One text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Label {
    /// Simplified Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Label {
    /// Both texts at once.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Label {
        Label { zh: zh.into(), en: en.into() }
    }

    /// The same text in both languages, for names people typed themselves.
    pub fn same(text: impl Into<String>) -> Label {
        let text = text.into();
        Label { zh: text.clone(), en: text }
    }

    /// The text for a reader.
    pub fn get(&self, lang: Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }
}
