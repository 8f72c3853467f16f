//! Addresses, Latin and Chinese: what is often left out (省市区 in front, 室 behind) or abbreviated (`st`, 幢) makes no
//! difference; numbers stand for themselves.

use super::value::{hash, is_chinese};

/// Words of streets and what people write for them.
const WORDS: &[(&str, &str)] = &[
    ("st", "street"), ("str", "street"), ("rd", "road"), ("ave", "avenue"), ("av", "avenue"), ("dr", "drive"), ("drv", "drive"), ("pl", "place"), ("ct", "court"),
    ("crt", "court"), ("cres", "crescent"), ("cr", "crescent"), ("cl", "close"), ("ln", "lane"), ("cct", "circuit"), ("crct", "circuit"), ("tce", "terrace"),
    ("terr", "terrace"), ("pde", "parade"), ("hwy", "highway"), ("blvd", "boulevard"), ("sq", "square"), ("gr", "grove"), ("pkwy", "parkway"), ("apt", "apartment"),
    ("flr", "floor"), ("fl", "floor"), ("bldg", "building"), ("no", "number"), ("n", "north"), ("s", "south"), ("e", "east"), ("w", "west"),
];

/// Ends of administrative areas, and words that end like one and are none.
const AREAS: [char; 5] = ['省', '市', '区', '县', '旗'];
const NO_AREAS: [&str; 9] = ["小区", "社区", "园区", "校区", "厂区", "景区", "街区", "超市", "城市"];

/// The text by which an address is told from others. `text` is lower case and half-width.
pub(crate) fn canonical(text: &str) -> String {
    if text.chars().any(is_chinese) { chinese(text) } else { latin(text) }
}

fn latin(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '\'').map(|w| w.replace('\'', "")).filter(|w| !w.is_empty());
    let full: Vec<String> = words.map(|w| WORDS.iter().find(|(short, _)| *short == w).map_or(w, |(_, long)| (*long).to_owned())).collect();
    full.join(" ")
}

fn chinese(text: &str) -> String {
    let chars: Vec<char> = text.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '#')).collect();
    let mut rest = chars.as_slice();
    // 浙江省 杭州市 西湖区 …: at most four areas in front, each of two to eight characters
    for _ in 0..4 {
        let ends = |at: usize| AREAS.contains(&rest[at]) || (rest[at] == '州' && at > 0 && rest[at - 1] == '治');
        let end = (1..rest.len().min(8)).find(|at| ends(*at));
        let Some(end) = end else { break };
        let two: String = rest[end - 1..=end].iter().collect();
        if NO_AREAS.contains(&two.as_str()) || rest.len() < end + 4 {
            break;
        }
        rest = &rest[end + 1..];
    }
    let mut out = numerals(rest);
    for (written, meant) in [("号楼", "栋"), ("幢", "栋"), ("座", "栋"), ("#", "号"), ("弄堂", "弄"), ("单元", "-"), ("栋", "-"), ("号院", "号")] {
        out = out.replace(written, meant);
    }
    for end in ["室", "房", "户", "号房", "号"] {
        if let Some(shorter) = out.strip_suffix(end).filter(|s| s.chars().next_back().is_some_and(|c| c.is_ascii_digit())) {
            out = shorter.to_owned();
        }
    }
    out
}

/// 三栋十二楼 → 3栋12楼: numerals before a unit of buildings.
fn numerals(chars: &[char]) -> String {
    const UNITS: [char; 10] = ['号', '栋', '幢', '座', '楼', '层', '室', '单', '弄', '巷'];
    let digit = |c: char| "零一二三四五六七八九".chars().position(|d| d == c);
    let mut out = String::new();
    let mut i = 0;
    while i < chars.len() {
        let run = chars[i..].iter().take_while(|c| digit(**c).is_some() || **c == '十').count();
        let next = chars.get(i + run);
        if run == 0 || run > 3 || !next.is_some_and(|c| UNITS.contains(c)) {
            out.extend(&chars[i..i + run.max(1)]);
            i += run.max(1);
            continue;
        }
        let words = &chars[i..i + run];
        let number = match words.iter().position(|c| *c == '十') {
            Some(at) => {
                let tens = if at == 0 { 1 } else { words[..at].iter().fold(0, |n, c| n * 10 + digit(*c).unwrap_or(0)) };
                tens * 10 + words[at + 1..].iter().fold(0, |n, c| n * 10 + digit(*c).unwrap_or(0))
            }
            None => words.iter().fold(0, |n, c| n * 10 + digit(*c).unwrap_or(0)),
        };
        out.push_str(&number.to_string());
        i += run;
    }
    out
}

/// Its words (Chinese: neighbouring characters) as ascending hashes, and its numbers in their order as one hash.
pub(crate) fn parts(canonical: &str) -> (Box<[u32]>, u32) {
    let numbers: Vec<&str> = canonical.split(|c: char| !c.is_ascii_digit()).filter(|n| !n.is_empty()).collect();
    let number = if numbers.is_empty() { 0 } else { hash(&numbers.join("-")).max(1) };
    let letters: Vec<char> = canonical.chars().filter(|c| is_chinese(*c)).collect();
    let mut words: Vec<u32> = if letters.is_empty() {
        canonical.split(' ').filter(|w| w.chars().any(char::is_alphabetic)).map(hash).collect()
    } else {
        letters.windows(2).map(|w| hash(&w.iter().collect::<String>())).collect()
    };
    words.sort_unstable();
    words.dedup();
    (words.into(), number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_addresses_however_they_are_written() {
        for text in ["浙江省杭州市西湖区文三路12号3栋2单元501室", "杭州市西湖区文三路12号3幢2单元501", "西湖区文三路 12号三栋二单元501室", "文三路12号3号楼2单元501室"] {
            assert_eq!(canonical(text), "文三路12号3-2-501", "{text}");
        }
        for (text, want) in [("上海市浦东新区张江路88号", "张江路88"), ("阳光小区5栋101", "阳光小区5-101"), ("广州市天河区", "天河区"), ("人民路二十三号", "人民路23")] {
            assert_eq!(canonical(text), want, "{text}");
        }
    }

    #[test]
    fn latin_streets() {
        assert_eq!(canonical("12 st. james's rd"), "12 street jamess road");
        assert_eq!(parts("12 wallaby place").0.len(), 2);
        assert_eq!(parts("12 wallaby place").1, parts("wallaby street 12").1);
        assert_ne!(parts("12 wallaby place").1, parts("21 wallaby place").1);
    }
}
