//! Words with a fixed meaning, in Chinese and English: yes and no, gender, person or organisation, scores in words.

use super::{Cell, Read, error, text};
use crate::code::Code;

pub(super) fn lower(cell: &Cell<'_>) -> Read<Option<String>> {
    if cell.is_missing() {
        return Ok(None);
    }
    match cell {
        Cell::Error(e) => error(e),
        Cell::Text(t) => Ok(Some(text::narrowed(&text::clean(t)).to_lowercase())),
        other => Ok(Some(other.shown().into_owned())),
    }
}

/// Yes or no.
pub(crate) fn truth(cell: &Cell<'_>) -> Read<Option<bool>> {
    match cell {
        Cell::Bool(b) => return Ok(Some(*b)),
        Cell::Int(0) => return Ok(Some(false)),
        Cell::Int(1) => return Ok(Some(true)),
        Cell::Number(n) if *n == 0.0 || *n == 1.0 => return Ok(Some(*n == 1.0)),
        _ => {}
    }
    let Some(word) = lower(cell)? else { return Ok(None) };
    match truth_word(&word) {
        Some(b) => Ok(Some(b)),
        None => Err(Code::BoolInvalid.into()),
    }
}

/// A word, in lower case, that says yes or no.
pub(crate) fn truth_word(word: &str) -> Option<bool> {
    match word {
        "1" | "1.0" | "y" | "yes" | "true" | "t" | "on" | "是" | "有" | "真" | "对" | "對" | "√" | "✓" | "✔" | "已" => Some(true),
        "0" | "0.0" | "n" | "no" | "false" | "f" | "off" | "否" | "没有" | "沒有" | "假" | "不是" | "×" | "✗" | "✘" | "未" => Some(false),
        _ => None,
    }
}

/// `male` or `female` for the words that say so; other words stay as they are written.
pub(crate) fn gender(cell: &Cell<'_>) -> Read<Option<String>> {
    let Some(word) = lower(cell)? else { return Ok(None) };
    Ok(Some(match gender_word(&word) {
        Some(known) => known.to_owned(),
        None => text::category(cell)?.unwrap_or_default(),
    }))
}

/// A word, in lower case, that says a gender.
pub(crate) fn gender_word(word: &str) -> Option<&'static str> {
    match word {
        "male" | "m" | "man" | "mr" | "boy" | "男" | "男性" | "男士" | "先生" => Some("male"),
        "female" | "f" | "woman" | "ms" | "mrs" | "miss" | "girl" | "女" | "女性" | "女士" | "小姐" | "太太" => Some("female"),
        _ => None,
    }
}

/// Is the customer an organisation?
pub(crate) fn organisation(cell: &Cell<'_>) -> Read<Option<bool>> {
    let Some(word) = lower(cell)? else { return Ok(None) };
    Ok(match word.as_str() {
        "organisation" | "organization" | "company" | "business" | "b2b" | "corporate" | "enterprise" | "企业" | "公司" | "单位" | "组织" | "机构" | "企業" | "法人" => Some(true),
        "person" | "individual" | "consumer" | "b2c" | "personal" | "个人" | "個人" | "自然人" => Some(false),
        _ => None,
    })
}

/// Words, in lower case, that name the question a score answers.
pub(crate) fn question_word(word: &str) -> bool {
    matches!(
        word,
        "nps" | "csat" | "ces" | "nps评分" | "csat评分" | "ces评分" | "净推荐值" | "推荐度" | "推荐意愿" | "满意度" | "客户满意度" | "服务满意度" | "费力度" | "客户费力度" | "net promoter score" | "customer satisfaction"
            | "satisfaction" | "customer effort" | "customer effort score" | "effort"
    )
}

/// A score in words or stars: 5 = best.
pub(crate) fn score_word(word: &str) -> Option<f64> {
    if !word.is_empty() && word.chars().all(|c| matches!(c, '★' | '☆' | '⭐')) {
        return Some(word.chars().filter(|c| *c != '☆').count() as f64);
    }
    Some(match word {
        "非常满意" | "很满意" | "very satisfied" | "excellent" => 5.0,
        "满意" | "satisfied" | "good" => 4.0,
        "一般" | "neutral" | "ok" | "average" => 3.0,
        "不满意" | "dissatisfied" | "unsatisfied" | "poor" => 2.0,
        "非常不满意" | "很不满意" | "very dissatisfied" | "very unsatisfied" | "terrible" => 1.0,
        other => return other.strip_suffix('星').or_else(|| other.strip_suffix('分')).or_else(|| other.strip_suffix(" stars")).and_then(|n| n.trim().parse().ok()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_mean_what_people_mean() {
        assert_eq!(truth(&Cell::text("是")), Ok(Some(true)));
        assert_eq!(truth(&Cell::text("No")), Ok(Some(false)));
        assert_eq!(truth(&Cell::text("maybe")), Err(Code::BoolInvalid.into()));
        assert_eq!(gender(&Cell::text("女")), Ok(Some("female".into())));
        assert_eq!(gender(&Cell::text("Non-binary")), Ok(Some("Non-binary".into())));
        assert_eq!(organisation(&Cell::text("企业")), Ok(Some(true)));
        assert_eq!(score_word("★★★★☆"), Some(4.0));
        assert_eq!(score_word("5星"), Some(5.0));
    }
}
