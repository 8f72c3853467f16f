//! Tags: a word people hang on customers. Two names that differ in case, width or spaces are one tag.

use serde::{Deserialize, Serialize};

/// Longest name, in characters.
pub const LENGTH: usize = 40;

/// Colours a tag may have; the web app decides how each looks by day and by night.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// no accent
    #[default]
    Grey,
    /// blue
    Blue,
    /// green
    Green,
    /// amber
    Amber,
    /// red
    Red,
    /// purple
    Purple,
    /// teal
    Teal,
    /// pink
    Pink,
}

impl Colour {
    /// Every colour.
    pub const ALL: [Colour; 8] =
        [Colour::Grey, Colour::Blue, Colour::Green, Colour::Amber, Colour::Red, Colour::Purple, Colour::Teal, Colour::Pink];

    /// Machine name.
    pub fn key(self) -> &'static str {
        match self {
            Colour::Grey => "grey",
            Colour::Blue => "blue",
            Colour::Green => "green",
            Colour::Amber => "amber",
            Colour::Red => "red",
            Colour::Purple => "purple",
            Colour::Teal => "teal",
            Colour::Pink => "pink",
        }
    }

    /// By machine name.
    pub fn parse(text: &str) -> Option<Colour> {
        Colour::ALL.into_iter().find(|c| c.key() == text)
    }
}

/// A name as it is shown: one line, single spaces, no control characters. `None`: empty or too long.
pub fn name(text: &str) -> Option<String> {
    let visible: String = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !c.is_control()).collect();
    let name = visible.split(' ').filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ");
    (1..=LENGTH).contains(&name.chars().count()).then_some(name)
}

/// What two names must differ in to be two tags.
pub fn folded(name: &str) -> String {
    let narrow = |c: char| match u32::from(c) {
        wide @ 0xff01..=0xff5e => char::from_u32(wide - 0xfee0).unwrap_or(c),
        0x3000 => ' ',
        _ => c,
    };
    let narrow: String = name.chars().map(narrow).collect();
    narrow.to_lowercase().split(' ').filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_tidy_line() {
        assert_eq!(name("  大 客户\n\t").as_deref(), Some("大 客户"));
        assert_eq!(name("a\u{7}b").as_deref(), Some("ab"));
        assert_eq!(name(" \u{3000} "), None);
        assert_eq!(name(&"长".repeat(LENGTH)).map(|n| n.chars().count()), Some(LENGTH));
        assert_eq!(name(&"长".repeat(LENGTH + 1)), None);
    }

    #[test]
    fn case_width_and_spaces_make_no_other_tag() {
        for same in ["VIP 2026", "vip 2026", "ＶＩＰ　２０２６", "Vip  2026"] {
            assert_eq!(folded(same), "vip 2026", "{same}");
        }
        assert_ne!(folded("VIP"), folded("VIP2"));
    }

    #[test]
    fn colours_have_names() {
        for c in Colour::ALL {
            assert_eq!(Colour::parse(c.key()), Some(c));
            assert_eq!(serde_json::to_value(c).ok().as_ref().and_then(|v| v.as_str()), Some(c.key()));
        }
        assert_eq!(Colour::parse("#fff"), None);
    }
}
