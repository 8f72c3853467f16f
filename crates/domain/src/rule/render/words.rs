//! Expressions as somebody says them: `沉睡阈值的三分之二` · `two thirds of the dormancy threshold`. Where there are no words for it,
//! as they are written.

use super::{
    super::{Arith, Expr, Literal, Names},
    noun::{key_of, noun},
    text::tight,
};
use crate::label::Lang;

const NUMBERS: [(&str, &str); 9] = [("一", "one"), ("二", "two"), ("三", "three"), ("四", "four"), ("五", "five"), ("六", "six"), ("七", "seven"), ("八", "eight"), ("九", "nine")];
/// Names of parts, from halves on.
const PARTS: [(&str, &str); 9] = [("二", "half"), ("三", "third"), ("四", "quarter"), ("五", "fifth"), ("六", "sixth"), ("七", "seventh"), ("八", "eighth"), ("九", "ninth"), ("十", "tenth")];

/// An expression in words; `beside` is what it is compared with.
pub fn in_words(expr: &Expr, beside: &Expr, lang: Lang, names: &dyn Names) -> String {
    said(expr, key_of(beside), lang, names).unwrap_or_else(|| noun(expr, None, key_of(beside), lang, names))
}

/// In words, if there are any.
fn said(expr: &Expr, same: Option<&str>, lang: Lang, names: &dyn Names) -> Option<String> {
    if matches!(expr, Expr::Literal(_) | Expr::Neg(_)) {
        return None;
    }
    let Expr::Binary { left, op, right } = expr else {
        let name = noun(expr, None, same, lang, names);
        let named = lang == Lang::En && matches!(expr, Expr::Feature(_)) && !name.contains(':');
        return Some(if named { format!("the {name}") } else { name });
    };
    let times = |of: &Expr, n: f64| simple(of, same, lang, names).map(|of| several(&of, n, lang));
    match (left.as_ref(), op, right.as_ref()) {
        (Expr::Literal(Literal::Number(n)), Arith::Mul, of) | (of, Arith::Mul, Expr::Literal(Literal::Number(n))) => times(of, *n),
        (Expr::Binary { left, op: Arith::Mul, right }, Arith::Div, Expr::Literal(Literal::Number(m))) => match (left.as_ref(), right.as_ref()) {
            (Expr::Literal(Literal::Number(n)), of) | (of, Expr::Literal(Literal::Number(n))) => Some(part(&simple(of, same, lang, names)?, *n, *m, lang)),
            _ => None,
        },
        (of, Arith::Div, Expr::Literal(Literal::Number(m))) => Some(part(&simple(of, same, lang, names)?, 1.0, *m, lang)),
        (a, Arith::Add | Arith::Sub, b) if !matches!(b, Expr::Binary { op: Arith::Add | Arith::Sub, .. }) => {
            let (a, b) = (said(a, same, lang, names)?, said(b, same, lang, names)?);
            Some(match (lang, op) {
                (Lang::Zh, Arith::Add) => tight(&[&a, "加", &b]),
                (Lang::Zh, _) => tight(&[&a, "减", &b]),
                (Lang::En, Arith::Add) => format!("{a} plus {b}"),
                (Lang::En, _) => format!("{a} minus {b}"),
            })
        }
        _ => None,
    }
}

/// What has a name of its own.
fn simple(expr: &Expr, same: Option<&str>, lang: Lang, names: &dyn Names) -> Option<String> {
    if matches!(expr, Expr::Binary { .. }) { None } else { said(expr, same, lang, names) }
}

fn several(of: &str, n: f64, lang: Lang) -> String {
    match lang {
        Lang::Zh => tight(&[of, "的", &format!(" {n} 倍")]),
        Lang::En if n == 2.0 => format!("twice {of}"),
        Lang::En => format!("{n} times {of}"),
    }
}

/// So many of so many parts of it.
fn part(of: &str, n: f64, m: f64, lang: Lang) -> String {
    let place = |x: f64, first: f64| (x.fract() == 0.0 && x >= first).then(|| (x - first) as usize);
    let (count, part) = (place(n, 1.0).and_then(|i| NUMBERS.get(i)), place(m, 2.0).and_then(|i| PARTS.get(i)));
    let (Some((count_zh, count_en)), Some((part_zh, part_en))) = (count.filter(|_| n < m), part) else {
        return match lang {
            Lang::Zh => tight(&[of, "的", &format!(" {n}/{m}")]),
            Lang::En => format!("{n}/{m} of {of}"),
        };
    };
    match lang {
        Lang::Zh if (n, m) == (1.0, 2.0) => format!("{of}的一半"),
        Lang::Zh => format!("{of}的{part_zh}分之{count_zh}"),
        Lang::En if (n, m) == (1.0, 2.0) => format!("half of {of}"),
        Lang::En => format!("{count_en} {part_en}{} of {of}", if n == 1.0 { "" } else { "s" }),
    }
}
