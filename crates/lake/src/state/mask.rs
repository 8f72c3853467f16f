//! Rules and formulas over columns: the tree of `domain::rule::compiled` evaluated for blocks of customers at once.
//! Names are looked up once; a text comparison becomes a table over the column's codes.

use super::{Bits, Column, Data, bits::packed, column::NONE, index::Index};
use domain::{
    Value, ValueType,
    rule::{
        Arith, BaseKey, Op, TopKey,
        compiled::{Num, Pred, Scalar, Text, typed},
        round_half_even,
    },
};
use rayon::prelude::*;
use std::{ops::Range, sync::Arc};

const BLOCK: usize = 2048;
const WORDS: usize = BLOCK / 64;

/// What a rule may read.
pub(super) trait View: Sync {
    fn customers(&self) -> usize;
    fn present(&self) -> &Bits;
    fn column(&self, key: &str) -> Option<&Column>;
    /// The column in order, where it is asked often enough.
    fn index(&self, _key: &str) -> Option<Arc<Index>> {
        None
    }
    fn segment(&self, key: &str) -> Option<&Bits>;
    fn base(&self, key: &BaseKey) -> Option<f64>;
    fn cut(&self, key: &TopKey) -> Option<f64>;
}

/// Who fulfils the condition.
pub(super) fn mask(pred: &Pred, view: &impl View) -> Bits {
    let len = view.customers();
    let node = Node::of(pred, view);
    if let Some(set) = node.set(len) {
        return set;
    }
    let blocks: Vec<[u64; WORDS]> = (0..len.div_ceil(BLOCK))
        .into_par_iter()
        .with_min_len(8)
        .map(|b| node.block(b * BLOCK, len.min((b + 1) * BLOCK)))
        .collect();
    Bits::from_words(blocks.into_iter().flatten().collect(), len)
}

/// The place of the first condition each customer there is fulfils, `otherwise` without one; `NONE` where nobody is.
pub(super) fn first_match(preds: &[&Pred], view: &impl View, otherwise: u32) -> Vec<u32> {
    let nodes: Vec<Node<'_>> = preds.iter().map(|p| Node::of(p, view)).collect();
    let present = view.present().words();
    let mut codes = vec![otherwise; view.customers()];
    codes.par_chunks_mut(BLOCK).with_min_len(8).enumerate().for_each(|(b, codes)| {
        let (from, to) = (b * BLOCK, b * BLOCK + codes.len());
        let mut open = [0; WORDS];
        open.iter_mut().zip(&present[b * WORDS..]).for_each(|(a, w)| *a = *w);
        (0..codes.len()).filter(|i| open[i / 64] >> (i % 64) & 1 == 0).for_each(|i| codes[i] = NONE);
        for (code, node) in nodes.iter().enumerate() {
            if open == [0; WORDS] {
                break;
            }
            for (w, (open, holds)) in open.iter_mut().zip(node.block(from, to)).enumerate() {
                let mut new = *open & holds;
                *open &= !holds;
                while new != 0 {
                    codes[w * 64 + new.trailing_zeros() as usize] = code as u32;
                    new &= new - 1;
                }
            }
        }
    });
    codes
}

/// A formula's value for everyone.
pub(super) fn column(scalar: &Scalar, ty: ValueType, view: &impl View) -> Column {
    let len = view.customers();
    match scalar {
        Scalar::Num(num) => numbers(&Number::of(num, view), ty, len),
        Scalar::Text(text) => {
            let words = Words::of(text, view);
            Column::from_texts(len, |i| words.get(i))
        }
    }
}

/// The known values of an expression, of the customers there are.
pub(super) fn known_values(num: &Num, view: &impl View) -> Vec<f64> {
    let len = view.customers();
    let node = Number::of(num, view);
    let blocks: Vec<Vec<f64>> = (0..len.div_ceil(BLOCK))
        .into_par_iter()
        .map(|b| {
            let buf = node.block(b * BLOCK, len.min((b + 1) * BLOCK));
            let counts = |i: &usize| buf.is_known(*i) && view.present().holds(b * BLOCK + i);
            (0..buf.len).filter(counts).map(|i| buf.values[i]).collect()
        })
        .collect();
    blocks.into_iter().flatten().collect()
}

fn numbers(node: &Number<'_>, ty: ValueType, len: usize) -> Column {
    // what is not finite is not known; `typed` says how the rest is rounded
    fn all<T: Send>(
        (values, known): (&mut [T], &mut [u64]),
        node: &Number<'_>,
        value: impl Fn(f64) -> Option<T> + Sync,
    ) {
        let blocks = values.par_chunks_mut(BLOCK).zip(known.par_chunks_mut(WORDS)).with_min_len(8).enumerate();
        blocks.for_each(|(b, (values, known))| {
            let from = b * BLOCK;
            let buf = node.block(from, from + values.len());
            for (i, slot) in values.iter_mut().enumerate() {
                if let Some(x) = Some(buf.values[i]).filter(|x| buf.is_known(i) && x.is_finite()) {
                    known[i / 64] |= 1 << (i % 64);
                    value(x).into_iter().for_each(|v| *slot = v);
                }
            }
        });
    }
    let mut data = Data::of(ty, len, Default::default());
    let mut known = Bits::none(len);
    let words = known.words_mut();
    match &mut data {
        Data::Number(v) => all((v, words), node, Some),
        Data::Int(v) => all((v, words), node, |x| if let Value::Int(i) = typed(x, ty) { Some(i) } else { None }),
        Data::Money(v) => all((v, words), node, |x| if let Value::Money(m) = typed(x, ty) { Some(m) } else { None }),
        Data::Bool(v) => all((v, words), node, |x| Some(typed(x, ty) == Value::Bool(true))),
        Data::Day(v) => all((v, words), node, |x| if let Value::Day(d) = typed(x, ty) { Some(d.0) } else { None }),
        Data::Text(..) => {}
    }
    Column::new(data, known)
}

/// Numbers of a block of customers.
struct Buf {
    len: usize,
    values: Vec<f64>,
    known: [u64; WORDS],
}

impl Buf {
    fn same(x: Option<f64>, len: usize) -> Buf {
        let known = if x.is_some() { [u64::MAX; WORDS] } else { [0; WORDS] };
        Buf { len, values: vec![x.unwrap_or(0.0); len], known }
    }

    fn is_known(&self, i: usize) -> bool {
        self.known[i / 64] >> (i % 64) & 1 == 1
    }

    /// A test of every customer of the block as words.
    fn words(&self, test: impl Fn(usize) -> bool) -> [u64; WORDS] {
        words(self.len, test)
    }

    /// Whose value is known and compares so; the operator is chosen once a block, not once a customer.
    fn compare(&self, op: Op, other: impl Fn(usize) -> f64) -> [u64; WORDS] {
        let mut out = match op {
            Op::Eq => each(&self.values, |i, x| x == other(i)),
            Op::Ne => each(&self.values, |i, x| x != other(i)),
            Op::Lt => each(&self.values, |i, x| x < other(i)),
            Op::Le => each(&self.values, |i, x| x <= other(i)),
            Op::Gt => each(&self.values, |i, x| x > other(i)),
            Op::Ge => each(&self.values, |i, x| x >= other(i)),
        };
        out.iter_mut().zip(self.known).for_each(|(a, b)| *a &= b);
        out
    }

    fn map(mut self, f: impl Fn(f64) -> f64) -> Buf {
        self.values.iter_mut().for_each(|x| *x = f(*x));
        self
    }
}

fn words(len: usize, test: impl Fn(usize) -> bool) -> [u64; WORDS] {
    let mut out = [0u64; WORDS];
    for (word, from) in out.iter_mut().zip((0..len).step_by(64)) {
        *word = packed((from..len.min(from + 64)).map(&test));
    }
    out
}

/// A test of every value of a block, with its place, as words.
fn each<T: Copy>(values: &[T], test: impl Fn(usize, T) -> bool) -> [u64; WORDS] {
    let mut out = [0u64; WORDS];
    for ((w, word), values) in out.iter_mut().enumerate().zip(values.chunks(64)) {
        *word = packed(values.iter().enumerate().map(|(i, x)| test(w * 64 + i, *x)));
    }
    out
}

/// A number per customer, names resolved.
enum Number<'a> {
    Same(Option<f64>),
    Column(&'a Column),
    Neg(Box<Number<'a>>),
    Binary(Box<Number<'a>>, Arith, Box<Number<'a>>),
    Pick(Vec<Number<'a>>, fn(f64, f64) -> f64),
    Coalesce(Vec<Number<'a>>),
    Abs(Box<Number<'a>>),
    Round(Box<Number<'a>>, f64),
}

impl<'a> Number<'a> {
    fn of(num: &Num, view: &'a impl View) -> Number<'a> {
        let boxed = |n: &Num| Box::new(Number::of(n, view));
        let all = |ns: &[Num]| ns.iter().map(|n| Number::of(n, view)).collect::<Vec<_>>();
        match num {
            Num::Literal(x) => Number::Same(Some(*x)),
            Num::Column(key) => view.column(key).map_or(Number::Same(None), Number::Column),
            Num::Base(key) => Number::Same(view.base(key)),
            Num::Neg(n) => Number::Neg(boxed(n)),
            Num::Binary { left, op, right } => Number::Binary(boxed(left), *op, boxed(right)),
            Num::Max(ns) => Number::Pick(all(ns), f64::max),
            Num::Min(ns) => Number::Pick(all(ns), f64::min),
            Num::Coalesce(ns) => Number::Coalesce(all(ns)),
            Num::Abs(n) => Number::Abs(boxed(n)),
            Num::Round { num, unit } => Number::Round(boxed(num), *unit),
        }
    }

    fn block(&self, from: usize, to: usize) -> Buf {
        let len = to - from;
        match self {
            Number::Same(x) => Buf::same(*x, len),
            Number::Column(column) => load(column, from, to),
            Number::Neg(n) => n.block(from, to).map(|x| -x),
            Number::Abs(n) => n.block(from, to).map(f64::abs),
            Number::Round(n, unit) => n.block(from, to).map(|x| round_half_even(x, *unit)),
            Number::Binary(left, op, right) => {
                let (mut a, b) = (left.block(from, to), right.block(from, to));
                a.known.iter_mut().zip(b.known).for_each(|(a, b)| *a &= b);
                // the operator is chosen once a block, not once a customer
                let pairs = a.values.iter_mut().zip(&b.values);
                match op {
                    Arith::Add => pairs.for_each(|(x, y)| *x += y),
                    Arith::Sub => pairs.for_each(|(x, y)| *x -= y),
                    Arith::Mul => pairs.for_each(|(x, y)| *x *= y),
                    Arith::Div => pairs.for_each(|(x, y)| *x = if *y == 0.0 { f64::NAN } else { *x / y }),
                }
                let finite = a.words(|i| a.values[i].is_finite());
                a.known.iter_mut().zip(finite).for_each(|(a, b)| *a &= b);
                a
            }
            Number::Pick(all, pick) => self.join(all, from, to, |best, x| pick(best, x)),
            Number::Coalesce(all) => self.join(all, from, to, |first, _| first),
        }
    }

    /// Combines the known ones from left to right.
    fn join(&self, all: &[Number<'a>], from: usize, to: usize, pick: impl Fn(f64, f64) -> f64) -> Buf {
        let mut out = Buf::same(None, to - from);
        for n in all {
            let next = n.block(from, to);
            for i in 0..out.len {
                if next.is_known(i) {
                    out.values[i] = if out.is_known(i) { pick(out.values[i], next.values[i]) } else { next.values[i] };
                }
            }
            out.known.iter_mut().zip(next.known).for_each(|(a, b)| *a |= b);
        }
        out
    }
}

fn load(column: &Column, from: usize, to: usize) -> Buf {
    let values = match column.data() {
        Data::Int(v) | Data::Money(v) => v[from..to].iter().map(|x| *x as f64).collect(),
        Data::Number(v) => v[from..to].to_vec(),
        Data::Day(v) => v[from..to].iter().map(|x| f64::from(*x)).collect(),
        Data::Bool(v) => v[from..to].iter().map(|x| f64::from(u8::from(*x))).collect(),
        Data::Text(..) => return Buf::same(None, to - from),
    };
    let mut known = [0; WORDS];
    let all = column.known().words();
    for (k, w) in known.iter_mut().zip(&all[from / 64..]) {
        *k = *w;
    }
    Buf { len: to - from, values, known }
}

/// A text per customer, names resolved.
enum Words<'a> {
    Same(String),
    Column(&'a Column),
    Nobody,
    Coalesce(Vec<Words<'a>>),
}

impl<'a> Words<'a> {
    fn of(text: &Text, view: &'a impl View) -> Words<'a> {
        match text {
            Text::Literal(t) => Words::Same(t.clone()),
            Text::Column(key) => view.column(key).map_or(Words::Nobody, Words::Column),
            Text::Coalesce(all) => Words::Coalesce(all.iter().map(|t| Words::of(t, view)).collect()),
        }
    }

    fn get(&self, i: usize) -> Option<&str> {
        match self {
            Words::Same(t) => Some(t),
            Words::Column(c) => c.text(i),
            Words::Nobody => None,
            Words::Coalesce(all) => all.iter().find_map(|w| w.get(i)),
        }
    }
}

/// A condition, names resolved.
enum Node<'a> {
    All(Vec<Node<'a>>),
    Any(Vec<Node<'a>>),
    Not(Box<Node<'a>>),
    Compare(Number<'a>, Op, Number<'a>),
    Between(Number<'a>, Number<'a>, Number<'a>),
    /// known and within these codes, or known and not
    Ordered { index: Arc<Index>, codes: Range<u32>, negated: bool },
    In(Number<'a>, Vec<f64>),
    Missing(Number<'a>),
    /// by code of a text column
    Codes(&'a [u32], Vec<bool>),
    /// any test of a text, customer by customer
    Texts(Words<'a>, Box<dyn Fn(&str) -> bool + Sync + Send>),
    TextPair(Words<'a>, Words<'a>, bool),
    TextMissing(Words<'a>),
    Member(&'a Bits),
    Cut(Number<'a>, f64, bool),
    Nobody,
}

impl<'a> Node<'a> {
    fn of(pred: &Pred, view: &'a impl View) -> Node<'a> {
        let number = |n: &Num| Number::of(n, view);
        let all = |ps: &[Pred]| ps.iter().map(|p| Node::of(p, view)).collect::<Vec<_>>();
        match pred {
            Pred::All(ps) => Node::All(all(ps)),
            Pred::Any(ps) => Node::Any(all(ps)),
            Pred::Not(p) => Node::Not(Box::new(Node::of(p, view))),
            Pred::Compare { left: Num::Column(key), op, right: Num::Literal(x), .. } if let Some(index) = view.index(key) => {
                let codes = index.range(*op, *x);
                Node::Ordered { index, codes, negated: *op == Op::Ne }
            }
            Pred::Between { num: Num::Column(key), low: Num::Literal(low), high: Num::Literal(high), .. } if let Some(index) = view.index(key) => {
                let (from, to) = (index.range(Op::Ge, *low).start, index.range(Op::Le, *high).end);
                Node::Ordered { index, codes: from..to.max(from), negated: false }
            }
            Pred::Compare { left, op, right, .. } => Node::Compare(number(left), *op, number(right)),
            Pred::Between { num, low, high, .. } => Node::Between(number(num), number(low), number(high)),
            Pred::NumIn { num, values, .. } => Node::In(number(num), values.clone()),
            Pred::NumMissing { num, .. } => Node::Missing(number(num)),
            Pred::TextEq { left, right, negated } => {
                let not = *negated;
                match (Words::of(left, view), Words::of(right, view)) {
                    (words, Words::Same(t)) | (Words::Same(t), words) => {
                        Node::texts(words, Box::new(move |x| (x == t) != not))
                    }
                    (a, b) => Node::TextPair(a, b, not),
                }
            }
            Pred::TextIn { text, values } => {
                let values = values.clone();
                Node::texts(Words::of(text, view), Box::new(move |x| values.iter().any(|v| v == x)))
            }
            Pred::Contains { text, needle } => {
                let needle = needle.clone();
                Node::texts(Words::of(text, view), Box::new(move |x| x.to_lowercase().contains(&needle)))
            }
            Pred::TextMissing { text } => Node::TextMissing(Words::of(text, view)),
            Pred::Member(segment) => view.segment(segment).map_or(Node::Nobody, Node::Member),
            Pred::Top { num, key, bottom, .. } => {
                view.cut(key).map_or(Node::Nobody, |cut| Node::Cut(number(num), cut, *bottom))
            }
        }
    }

    fn texts(words: Words<'a>, test: Box<dyn Fn(&str) -> bool + Sync + Send>) -> Node<'a> {
        match words {
            Words::Column(column) => match column.data() {
                Data::Text(codes, texts) => Node::Codes(codes, texts.iter().map(|t| test(t)).collect()),
                _ => Node::Nobody,
            },
            words => Node::Texts(words, test),
        }
    }

    /// Everybody at once, where each part of the condition is a stretch of a column in order or a set by itself.
    fn set(&self, len: usize) -> Option<Bits> {
        let joined = |nodes: &[Node<'_>], join: fn(&mut Bits, &Bits)| {
            let mut sets = nodes.iter().map(|n| n.set(len));
            let first = sets.next()??;
            sets.try_fold(first, |mut all, next| {
                join(&mut all, &next?);
                Some(all)
            })
        };
        match self {
            Node::Ordered { index, codes, negated } => Some(index.who(codes, *negated)),
            Node::Member(bits) if bits.len() == len => Some((*bits).clone()),
            Node::All(nodes) => joined(nodes, |all, next| {
                all.and(next);
            }),
            Node::Any(nodes) => joined(nodes, |all, next| {
                all.or(next);
            }),
            _ => None,
        }
    }

    fn block(&self, from: usize, to: usize) -> [u64; WORDS] {
        let len = to - from;
        match self {
            Node::All(ps) => {
                let mut out = [u64::MAX; WORDS];
                for p in ps {
                    p.block(from, to).iter().zip(&mut out).for_each(|(b, a)| *a &= b);
                }
                out
            }
            Node::Any(ps) => {
                let mut out = [0; WORDS];
                for p in ps {
                    p.block(from, to).iter().zip(&mut out).for_each(|(b, a)| *a |= b);
                }
                out
            }
            Node::Not(p) => p.block(from, to).map(|w| !w),
            Node::Compare(a, op, b) => {
                let a = a.block(from, to);
                if let Number::Same(x) = b {
                    let Some(x) = *x else { return [0; WORDS] };
                    return a.compare(*op, |_| x);
                }
                let b = b.block(from, to);
                let mut out = a.compare(*op, |i| b.values[i]);
                out.iter_mut().zip(b.known).for_each(|(a, b)| *a &= b);
                out
            }
            Node::Between(x, low, high) => {
                let (x, low, high) = (x.block(from, to), low.block(from, to), high.block(from, to));
                x.words(|i| {
                    x.is_known(i)
                        && low.is_known(i)
                        && high.is_known(i)
                        && low.values[i] <= x.values[i]
                        && x.values[i] <= high.values[i]
                })
            }
            Node::Ordered { index, codes: Range { start, end }, negated } => {
                let codes = &index.codes()[from..to];
                let width = end - start;
                if *negated {
                    each(codes, |_, code| code != NONE && code.wrapping_sub(*start) >= width)
                } else {
                    each(codes, |_, code| code.wrapping_sub(*start) < width)
                }
            }
            Node::In(x, values) => {
                let x = x.block(from, to);
                x.words(|i| x.is_known(i) && values.contains(&x.values[i]))
            }
            Node::Missing(x) => {
                let x = x.block(from, to);
                x.words(|i| !x.is_known(i))
            }
            Node::Codes(codes, yes) => {
                let codes = &codes[from..to];
                words(len, |i| yes.get(codes[i] as usize).copied().unwrap_or(false))
            }
            Node::Texts(text, test) => words(len, |i| text.get(from + i).is_some_and(test)),
            Node::TextPair(a, b, not) => words(len, |i| match (a.get(from + i), b.get(from + i)) {
                (Some(a), Some(b)) => (a == b) != *not,
                _ => false,
            }),
            Node::TextMissing(text) => words(len, |i| text.get(from + i).is_none()),
            Node::Member(bits) => words(len, |i| bits.holds(from + i)),
            Node::Cut(x, cut, bottom) => {
                let x = x.block(from, to);
                x.words(|i| x.is_known(i) && if *bottom { x.values[i] <= *cut } else { x.values[i] >= *cut })
            }
            Node::Nobody => [0; WORDS],
        }
    }
}
