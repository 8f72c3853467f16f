//! Typography: Chinese beside Latin letters or digits gets a space; English sentences start with a capital.

/// Joins Chinese phrases; between a Chinese character and a Latin letter or digit goes a space.
pub(crate) fn tight(parts: &[&str]) -> String {
    let mut text = String::new();
    for part in parts.iter().filter(|p| !p.is_empty()) {
        if let (Some(a), Some(b)) = (text.chars().last(), part.chars().next())
            && ((han(a) && latin(b)) || (latin(a) && han(b)))
        {
            text.push(' ');
        }
        text.push_str(part);
    }
    text
}

fn han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

fn latin(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '¥' | '$' | '€' | '£' | '%')
}

/// First letter small, unless the word is an abbreviation (`RFM`, `R score`).
pub(crate) fn lower(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => first.to_lowercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}

/// First letter large.
pub(crate) fn upper(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}
