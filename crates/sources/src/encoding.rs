//! Text encodings: told from the bytes of a sample by our own scoring, and decoded as browsers do. A byte that does not belong
//! becomes [`BAD`], so that only its row is lost.

use serde::{Deserialize, Serialize};

/// Stands for bytes that cannot be decoded: a code point that no text may hold.
pub(crate) const BAD: char = '\u{ffff}';
/// [`BAD`] in UTF-8.
pub(crate) const BAD_BYTES: &[u8] = &[0xef, 0xbf, 0xbf];

/// A text encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark
    #[default]
    #[serde(rename = "UTF-8")]
    Utf8,
    /// UTF-16, low byte first
    #[serde(rename = "UTF-16LE")]
    Utf16Le,
    /// UTF-16, high byte first
    #[serde(rename = "UTF-16BE")]
    Utf16Be,
    /// GBK
    #[serde(rename = "GBK")]
    Gbk,
    /// GB18030 with four-byte characters
    #[serde(rename = "GB18030")]
    Gb18030,
    /// Big5
    #[serde(rename = "Big5")]
    Big5,
    /// Shift-JIS
    #[serde(rename = "Shift_JIS")]
    ShiftJis,
    /// Western European
    #[serde(rename = "windows-1252")]
    Windows1252,
}

impl Encoding {
    /// Its usual name.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Utf16Le => "UTF-16LE",
            Encoding::Utf16Be => "UTF-16BE",
            Encoding::Gbk => "GBK",
            Encoding::Gb18030 => "GB18030",
            Encoding::Big5 => "Big5",
            Encoding::ShiftJis => "Shift_JIS",
            Encoding::Windows1252 => "windows-1252",
        }
    }

    /// Bytes of the byte order mark at the start of `head`, if it has this encoding's.
    pub(crate) fn bom(self, head: &[u8]) -> usize {
        match self {
            Encoding::Utf8 if head.starts_with(&[0xef, 0xbb, 0xbf]) => 3,
            Encoding::Utf16Le if head.starts_with(&[0xff, 0xfe]) => 2,
            Encoding::Utf16Be if head.starts_with(&[0xfe, 0xff]) => 2,
            Encoding::Gb18030 | Encoding::Gbk if head.starts_with(&[0x84, 0x31, 0x95, 0x33]) => 4,
            _ => 0,
        }
    }

    /// `None` for UTF-8, which is used as it is.
    pub(crate) fn decoder(self) -> Option<Decoder> {
        let encoding = match self {
            Encoding::Utf8 => return None,
            Encoding::Utf16Le => encoding_rs::UTF_16LE,
            Encoding::Utf16Be => encoding_rs::UTF_16BE,
            // encoding_rs decodes GBK as the GB18030 superset
            Encoding::Gbk | Encoding::Gb18030 => encoding_rs::GB18030,
            Encoding::Big5 => encoding_rs::BIG5,
            Encoding::ShiftJis => encoding_rs::SHIFT_JIS,
            Encoding::Windows1252 => encoding_rs::WINDOWS_1252,
        };
        Some(Decoder(encoding.new_decoder_without_bom_handling()))
    }
}

/// Decodes a stream piece by piece.
pub(crate) struct Decoder(encoding_rs::Decoder);

impl Decoder {
    /// Appends the text of `raw` to `out`.
    pub fn decode(&mut self, raw: &[u8], last: bool, out: &mut String) {
        let mut rest = raw;
        loop {
            let need = self.0.max_utf8_buffer_length_without_replacement(rest.len()).unwrap_or(rest.len().saturating_mul(3));
            out.reserve(need.saturating_add(8));
            let (result, read) = self.0.decode_to_string_without_replacement(rest, out, last);
            rest = rest.get(read..).unwrap_or_default();
            match result {
                encoding_rs::DecoderResult::InputEmpty => return,
                encoding_rs::DecoderResult::Malformed(..) => out.push(BAD),
                encoding_rs::DecoderResult::OutputFull => {}
            }
        }
    }
}

/// Tells the encoding from a sample: `head` is the start of the file, `telling` are stretches of it that are not ASCII
/// (they may be cut anywhere).
pub(crate) fn detect(head: &[u8], telling: &[u8]) -> Encoding {
    for encoding in [Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be, Encoding::Gb18030] {
        if encoding.bom(head) > 0 {
            return encoding;
        }
    }
    if let Some(wide) = utf16(head) {
        return wide;
    }
    let sample = if telling.is_empty() { head } else { telling };
    let (good, bad) = utf8_runs(sample);
    if good == 0 && bad == 0 || good > 0 && good >= bad.saturating_mul(4) {
        return Encoding::Utf8;
    }
    let (gb, four) = score_gb(sample);
    let scored = [
        (gb, if four { Encoding::Gb18030 } else { Encoding::Gbk }),
        (score_big5(sample), Encoding::Big5),
        (score_shift_jis(sample), Encoding::ShiftJis),
        (score_latin(sample), Encoding::Windows1252),
    ];
    let mut best = (f64::MIN, Encoding::Gbk);
    for (score, encoding) in scored {
        if score > best.0 {
            best = (score, encoding);
        }
    }
    best.1
}

/// UTF-16 without a byte order mark gives itself away by the zero bytes of its separators and line ends.
fn utf16(head: &[u8]) -> Option<Encoding> {
    let head = head.get(..4096).unwrap_or(head);
    if !head.contains(&0) {
        return None;
    }
    let plausible = |big: bool| {
        let units = head.chunks_exact(2).map(|p| match p {
            [a, b] if big => u16::from_be_bytes([*a, *b]),
            [a, b] => u16::from_le_bytes([*a, *b]),
            _ => 0,
        });
        let (mut good, mut all) = (0usize, 0usize);
        for unit in units {
            all += 1;
            good += usize::from(matches!(unit, 9 | 10 | 13 | 0x20..=0x7e | 0xa0..=0x17f | 0x2010..=0x203f | 0x3000..=0x30ff | 0x4e00..=0x9fff | 0xd800..=0xdfff | 0xff00..=0xffef));
        }
        if all == 0 { 0.0 } else { good as f64 / all as f64 }
    };
    let (little, big) = (plausible(false), plausible(true));
    match little.max(big) >= 0.9 {
        true if little >= big => Some(Encoding::Utf16Le),
        true => Some(Encoding::Utf16Be),
        false => None,
    }
}

/// Multi-byte characters that are UTF-8, and bytes that are not (a cut character at either end does not count).
fn utf8_runs(sample: &[u8]) -> (usize, usize) {
    let start = sample.iter().take(3).take_while(|b| (0x80..0xc0).contains(*b)).count();
    let mut rest = sample.get(start..).unwrap_or_default();
    let (mut good, mut bad) = (0, 0);
    loop {
        match std::str::from_utf8(rest) {
            Ok(text) => return (good + text.chars().filter(|c| !c.is_ascii()).count(), bad),
            Err(e) => {
                let (text, tail) = rest.split_at_checked(e.valid_up_to()).unwrap_or((rest, &[]));
                good += text.iter().filter(|b| **b >= 0xc0).count();
                let Some(skip) = e.error_len() else { return (good, bad) };
                bad += 1;
                rest = tail.get(skip..).unwrap_or_default();
            }
        }
    }
}

/// Frequent characters of customer files, simplified and traditional: names, places, words of trade.
const SIMPLIFIED: &str = "的一是不了在人有我他这中大来上国和地到以时要就出会也你生年月日号元单订户客员会名姓手机电话性别男女金额价数量商品类型渠道状态完成取消退款支付微信宝城市省区县镇路街注册期间评分内容好店门线下北京上海广州深圳杭州成都武汉南京天津重庆苏西安长沙郑州青岛王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文丽华明强伟芳娜敏静秀英建军平辉刚桂玲红霞";
const TRADITIONAL: &str = "的一是不了在人有我他這中大來上國和地到以時要就出會也你生年月日號元單訂戶客員會名姓手機電話性別男女金額價數量商品類型渠道狀態完成取消退款支付微信寶城市省區縣鎮路街註冊期間評分內容好店門線下北京上海臺灣高雄臺北台中新竹桃園嘉義花蓮香港澳門王李張劉陳楊趙黃周吳徐孫胡朱高林何郭馬羅梁宋鄭謝韓唐馮于董蕭程曹袁鄧許傅沈曾彭呂蘇盧蔣蔡賈丁魏薛葉閻余潘杜戴夏鐘汪田任姜范方石姚譚廖鄒熊陸郝孔白崔康毛邱秦江史顧侯邵孟龍萬段雷錢湯尹黎易常武喬賀賴龔文麗華明強偉芳娜敏靜秀英建軍平輝剛桂玲紅霞";

/// Share of the decoded non-ASCII characters that are frequent.
fn frequent(sample: &[u8], encoding: &'static encoding_rs::Encoding, list: &str) -> f64 {
    let sample = sample.get(..sample.len().min(16 << 10)).unwrap_or(sample);
    let (text, _) = encoding.decode_without_bom_handling(sample);
    let (mut hit, mut all) = (0usize, 0usize);
    for c in text.chars().filter(|c| !c.is_ascii()) {
        all += 1;
        hit += usize::from(list.contains(c));
    }
    if all == 0 { 0.0 } else { hit as f64 / all as f64 }
}

/// Walks a double-byte text: `pair` gives the weight of two bytes, `None` if they are no character.
fn walk(sample: &[u8], mut pair: impl FnMut(&[u8]) -> Option<(f64, usize)>) -> f64 {
    let (mut sum, mut all, mut i) = (0.0, 0usize, 0usize);
    while let Some(&byte) = sample.get(i) {
        if byte < 0x80 {
            i += 1;
            continue;
        }
        let rest = sample.get(i..).unwrap_or_default();
        if rest.len() < 4 {
            break; // may be cut
        }
        all += 1;
        match pair(rest) {
            Some((weight, size)) => {
                sum += weight;
                i += size.max(1);
            }
            None => {
                sum -= 3.0;
                i += 1;
            }
        }
    }
    if all == 0 { 0.0 } else { sum / all as f64 }
}

fn score_gb(sample: &[u8]) -> (f64, bool) {
    let mut four = 0usize;
    let mut two = 0usize;
    let score = walk(sample, |rest| match *rest {
        [0x81..=0xfe, 0x30..=0x39, 0x81..=0xfe, 0x30..=0x39, ..] => {
            four += 1;
            Some((0.6, 4))
        }
        [lead @ 0x81..=0xfe, trail, ..] if (0x40..=0xfe).contains(&trail) && trail != 0x7f => {
            two += 1;
            let weight = match (lead, trail >= 0xa1) {
                (0xb0..=0xd7, true) => 1.0,
                (0xa1 | 0xa3, true) => 0.9,
                (0xd8..=0xf7, true) => 0.3,
                (0xa2, true) => 0.4,
                _ => 0.0,
            };
            Some((weight, 2))
        }
        [0x80, ..] => Some((0.0, 1)), // the euro sign
        _ => None,
    });
    (score + 0.5 * frequent(sample, encoding_rs::GB18030, SIMPLIFIED), four > 0 && two + four > 0)
}

fn score_big5(sample: &[u8]) -> f64 {
    let score = walk(sample, |rest| match *rest {
        [lead @ 0x81..=0xfe, trail, ..] if (0x40..=0x7e).contains(&trail) || (0xa1..=0xfe).contains(&trail) => {
            let weight = match lead {
                0xa4..=0xc6 => 1.0,
                0xa1 | 0xa2 => 0.9,
                0xc9..=0xf9 => 0.3,
                0xa3 => 0.4,
                _ => -0.5,
            };
            Some((weight, 2))
        }
        _ => None,
    });
    score + 0.5 * frequent(sample, encoding_rs::BIG5, TRADITIONAL)
}

fn score_shift_jis(sample: &[u8]) -> f64 {
    walk(sample, |rest| match *rest {
        [0x82, 0x9f..=0xf1, ..] | [0x83, 0x40..=0x96, ..] => Some((1.3, 2)),
        [0x81, 0x40..=0xac, ..] => Some((0.8, 2)),
        [0x88..=0x97, trail, ..] if (0x40..=0xfc).contains(&trail) && trail != 0x7f => Some((0.7, 2)),
        [0x98..=0x9f | 0xe0..=0xea, trail, ..] if (0x40..=0xfc).contains(&trail) && trail != 0x7f => Some((0.2, 2)),
        [0xa1..=0xdf, ..] => Some((-0.2, 1)),
        _ => None,
    })
}

/// Western letters stand alone among ASCII letters.
fn score_latin(sample: &[u8]) -> f64 {
    let (mut sum, mut runs, mut i) = (0.0, 0usize, 0usize);
    while let Some(&byte) = sample.get(i) {
        if byte < 0x80 {
            i += 1;
            continue;
        }
        let run = sample.get(i..).unwrap_or_default().iter().take_while(|b| **b >= 0x80).count();
        let letter = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphabetic);
        let beside = (i > 0 && letter(sample.get(i - 1))) || letter(sample.get(i + run));
        runs += 1;
        sum += match (run, byte, beside) {
            (1, 0xc0..=0xff, true) => 1.0,
            (1, 0xa3 | 0x80 | 0xb0 | 0x91..=0x97 | 0xc0..=0xff, false) => 0.5,
            (2, 0xc0..=0xff, true) => 0.3,
            _ => -1.0,
        };
        i += run;
    }
    if runs == 0 { 0.0 } else { 0.9 * sum / runs as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(encoding: &'static encoding_rs::Encoding, text: &str) -> Encoding {
        let (bytes, _, _) = encoding.encode(text);
        detect(&bytes, &bytes)
    }

    const ZH: &str = "会员号,姓名,手机号\nM1,张伟,13800001111\nM2,王芳,13900002222\n订单,商品,金额\n";
    const TW: &str = "會員編號,姓名,手機\nM1,陳怡君,0912345678\nM2,林志豪,0922333444\n訂單,商品,金額\n";

    #[test]
    fn legacy_encodings_are_told_apart() {
        assert_eq!(told(encoding_rs::GBK, ZH), Encoding::Gbk);
        assert_eq!(told(encoding_rs::BIG5, TW), Encoding::Big5);
        assert_eq!(told(encoding_rs::GB18030, &format!("{ZH}M3,㐀𠀀,1\n")), Encoding::Gb18030);
        assert_eq!(told(encoding_rs::SHIFT_JIS, "会員番号,お名前,メール\n1,たなか,あいう\n"), Encoding::ShiftJis);
        assert_eq!(told(encoding_rs::WINDOWS_1252, "id,name\n1,Müller\n2,café\n3,Señor Peña\n"), Encoding::Windows1252);
        // traditional characters written in GBK, and a handful of characters only
        assert_eq!(told(encoding_rs::GBK, TW), Encoding::Gbk);
        assert_eq!(told(encoding_rs::GBK, "id,城市\n1,北京\n"), Encoding::Gbk);
        assert_eq!(told(encoding_rs::BIG5, "id,城市\n1,臺北\n"), Encoding::Big5);
    }

    #[test]
    fn unicode_is_told_with_and_without_a_mark() {
        assert_eq!(detect(ZH.as_bytes(), ZH.as_bytes()), Encoding::Utf8);
        assert_eq!(detect(b"plain,ascii\n1,2\n", b""), Encoding::Utf8);
        let little: Vec<u8> = ZH.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = ZH.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(detect(&little, &little), Encoding::Utf16Le);
        assert_eq!(detect(&big, &big), Encoding::Utf16Be);
        let mut mostly = ZH.repeat(20).into_bytes();
        mostly.extend_from_slice(b"\xff\xfe bad\n");
        assert_eq!(detect(&mostly, &mostly), Encoding::Utf8);
    }

    #[test]
    fn bad_bytes_stay_in_their_place() {
        let mut out = String::new();
        let mut decoder = Encoding::Gbk.decoder().into_iter().next().unwrap_or_else(|| unreachable!());
        decoder.decode(b"a,\xff\nb,\xd5", false, &mut out);
        decoder.decode(b"\xc5\n\xd5", true, &mut out);
        assert_eq!(out, format!("a,{BAD}\nb,张\n{BAD}"));
    }
}
