//! Two different values of one kind: to which level they agree. Equal ones never come here. Symmetric: the caller lays the
//! smaller value first.

use super::{
    distance::{Places, least_edits, most_alike},
    kind::{Kind, Level},
    value::{Day, Parts, Value},
};

/// Names are similar from this Jaro–Winkler alikeness on.
pub(crate) const ALIKE: f64 = 0.87;
/// Other words from this one on.
const ALIKE_WORDS: f64 = 0.9;
/// Two days are near each other within a year and a week.
pub(crate) const NEAR_DAYS: i32 = 372;

/// To which level two different values agree.
pub(crate) fn compare(kind: Kind, places: &mut Places, a: &Value, b: &Value) -> Level {
    let mut pair = Pair { places, a, b };
    match kind {
        Kind::GivenName | Kind::FamilyName => pair.name(),
        Kind::FullName => pair.full_name(),
        Kind::Company | Kind::Text => pair.words(),
        Kind::Place => pair.place(),
        Kind::Phone => pair.phone(),
        Kind::Email => pair.email(),
        Kind::Date => pair.date(),
        Kind::Identity => pair.number(8),
        Kind::Postcode => pair.number(4),
        Kind::House => if pair.within(1) { Level::Close } else { Level::Different },
        Kind::Address => pair.address(),
        Kind::Category => Level::Different,
    }
}

struct Pair<'p> {
    places: &'p mut Places,
    a: &'p Value,
    b: &'p Value,
}

impl Pair<'_> {
    fn shorter(&self) -> usize {
        self.a.units.len().min(self.b.units.len())
    }

    fn longer(&self) -> usize {
        self.a.units.len().max(self.b.units.len())
    }

    /// Is the number of edits at most `most`?
    fn within(&mut self, most: usize) -> bool {
        if most <= 1 {
            return most == 1 && one_slip(&self.a.units, &self.b.units);
        }
        least_edits((&self.a.units, self.a.bag), (&self.b.units, self.b.bag)) <= most && self.places.edits(&self.a.units, &self.b.units) <= most
    }

    fn alike(&mut self, least: f64) -> bool {
        most_alike((&self.a.units, self.a.bag), (&self.b.units, self.b.bag)) >= least && self.places.alike(&self.a.units, &self.b.units) >= least
    }

    fn begins(&self) -> bool {
        self.a.units.starts_with(&self.b.units) || self.b.units.starts_with(&self.a.units)
    }

    fn contains(&self, least: usize) -> bool {
        let (short, long) = if self.a.units.len() <= self.b.units.len() { (&self.a.units, &self.b.units) } else { (&self.b.units, &self.a.units) };
        short.len() >= least && (self.a.bag & !self.b.bag == 0 || self.b.bag & !self.a.bag == 0) && long.windows(short.len()).any(|w| w == &short[..])
    }

    fn name(&mut self) -> Level {
        let short = self.shorter();
        if short >= 3 && self.within(1) {
            Level::Close
        } else if short >= 2 && (self.alike(ALIKE) || (self.longer() <= 3 && self.within(1))) {
            Level::Similar
        } else if self.begins() {
            Level::Part
        } else {
            Level::Different
        }
    }

    fn full_name(&mut self) -> Level {
        let (Parts::Words(words_a, chinese_a), Parts::Words(words_b, chinese_b)) = (&self.a.parts, &self.b.parts) else { return Level::Different };
        if self.a.units == self.b.units {
            return Level::Swapped;
        }
        if *chinese_a || *chinese_b {
            let (short, long) = (self.shorter(), self.longer());
            let same_family = self.a.units.first() == self.b.units.first();
            let near = long <= 8 && self.within(1);
            return match (near, same_family) {
                (true, true) if short >= 3 => Level::Close,
                (true, _) if long >= 3 => Level::Similar,
                // of two characters one is the family name, which a hundred million share
                _ if same_family => Level::Part,
                _ => Level::Different,
            };
        }
        let shared = common(words_a, words_b);
        if self.shorter() >= 5 && self.within(1) {
            Level::Close
        } else if self.alike(ALIKE_WORDS) || shared >= 2 {
            Level::Similar
        } else if shared >= 1 {
            Level::Part
        } else {
            Level::Different
        }
    }

    fn words(&mut self) -> Level {
        let (Parts::Words(words_a, _), Parts::Words(words_b, _)) = (&self.a.parts, &self.b.parts) else { return Level::Different };
        let (shared, all) = (common(words_a, words_b), words_a.len().max(words_b.len()));
        if self.shorter() >= 4 && self.within(1) {
            Level::Close
        } else if shared * 3 >= all * 2 || self.alike(ALIKE_WORDS) {
            Level::Similar
        } else if shared >= 1 || self.contains(3) {
            Level::Part
        } else {
            Level::Different
        }
    }

    fn place(&mut self) -> Level {
        let short = self.shorter();
        if short >= 4 && self.within(1) {
            Level::Close
        } else if short >= 2 && self.alike(ALIKE) {
            Level::Similar
        } else if self.contains(2) {
            Level::Part
        } else {
            Level::Different
        }
    }

    fn phone(&mut self) -> Level {
        let (a, b) = (&self.a.units, &self.b.units);
        let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
        if a.len() != b.len() && tail >= 7.max(self.shorter().saturating_sub(1)) {
            Level::Part
        } else if self.shorter() >= 5 && self.within(1) {
            Level::Close
        } else if self.shorter() >= 8 && self.within(2) {
            Level::Similar
        } else if tail >= 7 {
            Level::Part
        } else {
            Level::Different
        }
    }

    fn email(&mut self) -> Level {
        let (Parts::Local(local_a), Parts::Local(local_b)) = (&self.a.parts, &self.b.parts) else { return Level::Different };
        let (local_a, local_b, long) = (*local_a, *local_b, self.longer());
        if self.within(1) {
            Level::Close
        } else if local_a >= 4 && self.a.units[..local_a] == self.b.units[..local_b] {
            Level::Part
        } else if self.within((long / 5).max(2)) {
            Level::Similar
        } else {
            Level::Different
        }
    }

    fn date(&mut self) -> Level {
        let slip = self.shorter() >= 6 && self.within(1);
        let (Parts::Day(a), Parts::Day(b)) = (&self.a.parts, &self.b.parts) else {
            return if slip { Level::Close } else { Level::Different };
        };
        let (a, b) = (*a, *b);
        if slip || exchanged(a, b) {
            Level::Close
        } else if usize::from(a.year == b.year) + usize::from(a.month == b.month) + usize::from(a.day == b.day) >= 2 {
            Level::Part
        } else if (a.number - b.number).abs() <= NEAR_DAYS {
            Level::Similar
        } else {
            Level::Different
        }
    }

    /// Numbers and codes; `long` digits may hold two slips.
    fn number(&mut self, long: usize) -> Level {
        if self.shorter() >= 3 && self.within(1) {
            Level::Close
        } else if self.shorter() >= long && self.within(2) {
            Level::Similar
        } else {
            Level::Different
        }
    }

    fn address(&mut self) -> Level {
        let (Parts::Street(words_a, number_a), Parts::Street(words_b, number_b)) = (&self.a.parts, &self.b.parts) else { return Level::Different };
        let (shared, all) = (common(words_a, words_b), words_a.len().max(words_b.len()));
        let (number_a, number_b, long) = (*number_a, *number_b, self.longer());
        let other_number = number_a != 0 && number_b != 0 && number_a != number_b;
        let close = self.shorter() >= 4 && self.within(if long >= 12 { 2 } else { 1 });
        let similar = !close && (self.within(long / 5) || (all > 0 && shared * 3 >= all * 2) || self.contains(5) || (long >= 6 && self.alike(ALIKE_WORDS)));
        match (close, similar, other_number) {
            (true, _, false) => Level::Close,
            // the house next door
            (true, _, true) => Level::Part,
            (_, true, false) => Level::Similar,
            (_, true, true) => Level::Part,
            _ if shared >= 1 && number_a != 0 && number_a == number_b => Level::Part,
            _ => Level::Different,
        }
    }
}

/// Does one letter added, left out or changed, or two neighbours exchanged, make one of the other? Different texts only.
fn one_slip(a: &[u16], b: &[u16]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if long.len() - short.len() > 1 {
        return false;
    }
    let same = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    let (short, long, added) = (&short[same..], &long[same..], long.len() - short.len());
    match (short, long) {
        (short, [_, rest @ ..]) if added == 1 => short == rest,
        ([x, y, left @ ..], [v, w, right @ ..]) if x == w && y == v && left == right => true,
        ([_, left @ ..], [_, right @ ..]) => left == right,
        _ => false,
    }
}

/// Day and month of one are month and day of the other.
fn exchanged(a: Day, b: Day) -> bool {
    a.year == b.year && a.month == b.day && a.day == b.month
}

/// How many numbers two ascending lists share.
fn common(a: &[u32], b: &[u32]) -> usize {
    let (mut i, mut j, mut shared) = (0, 0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        shared += usize::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    shared
}

#[cfg(test)]
mod tests {
    use super::{
        super::value::{canonical, value},
        *,
    };

    fn level(kind: Kind, a: &str, b: &str) -> Level {
        let (a, b) = (canonical(kind, a), canonical(kind, b));
        if a == b {
            return Level::Exact;
        }
        let (a, b) = if a < b { (a, b) } else { (b, a) };
        compare(kind, &mut Places::default(), &value(kind, &a), &value(kind, &b))
    }

    #[test]
    fn levels_as_a_clerk_would_say() {
        use Kind::*;
        use Level::*;
        for (kind, a, b, want) in [
            (GivenName, "Jonathan", "Jonathon", Close),
            (GivenName, "Michelle", "Michele", Close),
            (GivenName, "Catherine", "Catheryne", Close),
            (GivenName, "Christopher", "Christofer", Similar),
            (GivenName, "J.", "John", Part),
            (GivenName, "Amy", "Bob", Different),
            (GivenName, "晓丽", "小丽", Similar),
            (FullName, "John Smith", "Smith, John", Swapped),
            (FullName, "John Smith", "John Smyth", Close),
            (FullName, "John Smith", "John A. Smith", Similar),
            (FullName, "John Smith", "Mary Smith", Part),
            (FullName, "王晓丽", "王小丽", Close),
            (FullName, "王晓丽", "王晓", Similar),
            (FullName, "张伟", "张玮", Part),
            (FullName, "张伟", "李雷", Different),
            (Phone, "13800001111", "8613800001111", Part),
            (Phone, "13800001111", "13800001121", Close),
            (Phone, "13800001111", "13900002222", Different),
            (Email, "amy.wang@example.com", "amywang@example.com", Close),
            (Email, "amy.wang@example.com", "amy.wang@mail.cn", Part),
            (Email, "icampbeal@lllen-lews.org", "icampbell@allen-lewis.org", Similar),
            (Email, "amy@example.com", "robert@other.org", Different),
            (Date, "1990-03-05", "1990-05-03", Close),
            (Date, "1990-03-05", "1990-03-06", Close),
            (Date, "1990-03-05", "1990-03-28", Part),
            (Date, "1990-03-05", "1990-11-21", Similar),
            (Date, "1990-03-05", "1956-11-21", Different),
            (Address, "12 Wallaby Place", "12 Walaby Pl", Close),
            (Address, "12 Wallaby Place", "14 Wallaby Place", Part),
            (Address, "wallaby place", "wallabyplace", Close),
            (Address, "浙江省杭州市西湖区文三路12号3幢501室", "文三路12号3栋501", Exact),
            (Address, "西湖区文三路12号3幢501室", "西湖区文二路12号3幢501室", Close),
            (Address, "文三路12号3幢501室", "文三路14号2幢101室", Part),
            (Address, "文三路12号", "人民路88号", Different),
            (Place, "Bolton", "Bolno", Similar),
            (Place, "浙江省", "浙江", Exact),
            (Identity, "110101199003071234", "110101199003071243", Close),
            (Postcode, "4011", "4010", Close),
            (Company, "Acme Tea", "Acme Tee Ltd", Close),
            (Category, "m", "f", Different),
        ] {
            assert_eq!(level(kind, a, b), want, "{kind:?}: {a} / {b}");
        }
    }
}
