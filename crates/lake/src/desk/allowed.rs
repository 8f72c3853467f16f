//! The walls: what a question may be made of. Everything is refused that is not named here, so that whatever the parser learns to read
//! one day is refused as well. Nothing is planned before a question has passed.

use super::Fault;
use datafusion::sql::sqlparser::{
    ast::{
        BinaryOperator, CastKind, DataType, Expr, FunctionArguments, ObjectName, Query, Select, SelectFlavor, SetExpr, Spanned, Statement, TableFactor, UnaryOperator, Value,
        ValueWithSpan, Visit, Visitor, visit_relations,
    },
    dialect::PostgreSqlDialect,
    parser::{Parser, ParserError},
    tokenizer::{Token, Tokenizer},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
};

/// Characters of a question.
pub const MOST_CHARS: usize = 10_000;
const TOKENS: usize = 2_500;
const DEPTH: usize = 32;
const NODES: usize = 500;
const SELECTS: usize = 24;
/// Tables that are read, each as often as it is named, those a WITH names counted wherever it is used.
const READS: usize = 24;
/// Characters of a text written down.
const TEXT: usize = 200;
/// How often texts may be put together: each may double them.
const GROWTH: usize = 8;

/// Functions a question may call.
pub const FUNCTIONS: &[&str] = &[
    // summing up
    "count", "sum", "avg", "mean", "min", "max", "median", "stddev", "stddev_pop", "stddev_samp", "var", "var_pop", "var_samp", "corr", "covar", "covar_pop", "covar_samp",
    "approx_distinct", "approx_median", "approx_percentile_cont", "percentile_cont", "bool_and", "bool_or", "first_value", "last_value", "nth_value", "grouping",
    // in a window
    "row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile", "lag", "lead",
    // numbers
    "abs", "round", "floor", "ceil", "sqrt", "ln", "exp",
    // days
    "date_trunc", "date_part", "date_bin", "to_char", "to_date",
    // texts
    "lower", "upper", "trim", "btrim", "ltrim", "rtrim", "length", "char_length", "character_length", "left", "right", "substr", "substring", "strpos", "position", "starts_with",
    "ends_with", "contains", "concat", "concat_ws", "split_part",
    // choices
    "coalesce", "nullif", "ifnull", "nvl", "greatest", "least",
];

/// The question, if it may be asked.
pub(super) fn check(text: &str, tables: &[&str]) -> Result<Box<Statement>, Fault> {
    if text.chars().count() > MOST_CHARS {
        return Err(Fault::new("sql.long", format!("查询最多 {MOST_CHARS} 个字符"), format!("a question has at most {MOST_CHARS} characters")));
    }
    let dialect = PostgreSqlDialect {};
    let tokens = Tokenizer::new(&dialect, text).tokenize().map_err(|e| syntax(&e.to_string()))?;
    let words = tokens.iter().filter(|t| !matches!(t, Token::Whitespace(_))).count();
    if words == 0 {
        return Err(Fault::new("sql.empty", "请写一条查询", "write a question"));
    }
    if words > TOKENS {
        return Err(complex());
    }
    let parser = Parser::new(&dialect).with_recursion_limit(DEPTH * 2).try_with_sql(text);
    let mut all = parser.and_then(|mut p| p.parse_statements()).map_err(|e| match e {
        ParserError::RecursionLimitExceeded => complex(),
        ParserError::TokenizerError(e) | ParserError::ParserError(e) => syntax(&e),
    })?;
    let (Some(statement), true) = (all.pop(), all.is_empty()) else {
        return Err(Fault::new("sql.one", "一次只能问一条", "one question at a time"));
    };
    if !matches!(statement, Statement::Query(_)) {
        return Err(Fault::only_select());
    }
    let mut walls = Walls { tables, named: BTreeSet::new(), depth: 0, queries: 0, nodes: 0, selects: 0, growth: 0 };
    if let ControlFlow::Break(fault) = statement.visit(&mut walls) {
        return Err(fault);
    }
    if reads(&statement) > READS {
        return Err(complex());
    }
    Ok(Box::new(statement))
}

/// The tables a question names.
pub(super) fn named(statement: &Statement) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let _ = visit_relations(statement, |name| {
        found.extend(single(name));
        ControlFlow::<()>::Continue(())
    });
    found
}

/// How many tables are read, once what WITH names is put in its place.
fn reads(statement: &Statement) -> usize {
    let Statement::Query(query) = statement else { return 0 };
    let mut cost: BTreeMap<String, usize> = BTreeMap::new();
    let sum = |of: &dyn Fn(&mut dyn FnMut(&ObjectName)), cost: &BTreeMap<String, usize>| {
        let mut all = 0usize;
        of(&mut |name| all = all.saturating_add(single(name).and_then(|n| cost.get(&n)).copied().unwrap_or(1)));
        all
    };
    for cte in query.with.iter().flat_map(|w| &w.cte_tables) {
        let n = sum(
            &|each| {
                let _ = visit_relations(&cte.query, |name| {
                    each(name);
                    ControlFlow::<()>::Continue(())
                });
            },
            &cost,
        );
        cost.insert(folded(&cte.alias.name.value, cte.alias.name.quote_style), n.max(1));
    }
    sum(
        &|each| {
            let _ = visit_relations(statement, |name| {
                each(name);
                ControlFlow::<()>::Continue(())
            });
        },
        &cost,
    )
}

fn complex() -> Fault {
    Fault::new("sql.complex", "查询太复杂：请拆小", "the question is too complex: make smaller ones of it")
}

/// What the parser says, and where.
fn syntax(said: &str) -> Fault {
    let place = said.rfind(" at Line: ").map(|i| said.split_at(i));
    let (what, at) = match place {
        Some((what, at)) => {
            let mut numbers = at.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse::<u64>().ok());
            (what, numbers.next().zip(numbers.next()))
        }
        None => (said, None),
    };
    let what: String = what.chars().take(300).collect();
    Fault::new("sql.syntax", format!("语法有误：{what}"), format!("the syntax does not fit: {what}")).at(at)
}

fn folded(name: &str, quote: Option<char>) -> String {
    if quote.is_some() { name.to_owned() } else { name.to_lowercase() }
}

/// A name of one part.
fn single(name: &ObjectName) -> Option<String> {
    match name.0.as_slice() {
        [part] => part.as_ident().map(|i| folded(&i.value, i.quote_style)),
        _ => None,
    }
}

struct Walls<'a> {
    tables: &'a [&'a str],
    /// what WITH names
    named: BTreeSet<String>,
    depth: usize,
    queries: usize,
    nodes: usize,
    selects: usize,
    growth: usize,
}

type Step = ControlFlow<Fault>;

fn place(of: &impl Spanned) -> Option<(u64, u64)> {
    let span = of.span();
    Some((span.start.line, span.start.column))
}

fn refused(what: &str, at: Option<(u64, u64)>) -> Step {
    ControlFlow::Break(Fault::new("sql.refused", format!("这里不能用 {what}"), format!("{what} is not allowed here")).at(at))
}

impl Walls<'_> {
    fn enter(&mut self) -> Step {
        self.nodes += 1;
        self.depth += 1;
        if self.depth > DEPTH || self.nodes > NODES { ControlFlow::Break(complex()) } else { ControlFlow::Continue(()) }
    }

    fn leave(&mut self) -> Step {
        self.depth = self.depth.saturating_sub(1);
        ControlFlow::Continue(())
    }

    fn grows(&mut self, by: usize) -> Step {
        self.growth += by;
        if self.growth > GROWTH {
            let message = ("拼接文字的次数太多", "texts are put together too often");
            return ControlFlow::Break(Fault::new("sql.complex", message.0, message.1));
        }
        ControlFlow::Continue(())
    }

    fn function(&mut self, f: &datafusion::sql::sqlparser::ast::Function) -> Step {
        let at = place(&f.name);
        let Some(name) = single(&f.name).filter(|n| FUNCTIONS.contains(&n.as_str())) else {
            let message = (format!("没有函数 {}，可用的函数见右侧", f.name), format!("there is no function {}; those there are stand beside the editor", f.name));
            return ControlFlow::Break(Fault::new("sql.function", message.0, message.1).at(at));
        };
        if f.uses_odbc_syntax || !matches!(f.parameters, FunctionArguments::None) {
            return refused("{fn}", at);
        }
        match &f.args {
            FunctionArguments::Subquery(_) => refused("f(SELECT …)", at),
            FunctionArguments::List(list) if name.starts_with("concat") => self.grows(list.args.len().saturating_sub(1)),
            _ => ControlFlow::Continue(()),
        }
    }
}

/// Only SELECT, whatever it is put together with.
fn selects(body: &SetExpr) -> bool {
    match body {
        SetExpr::Select(_) | SetExpr::Query(_) | SetExpr::Values(_) => true,
        SetExpr::SetOperation { left, right, .. } => selects(left) && selects(right),
        _ => false,
    }
}

fn known_type(ty: &DataType) -> bool {
    use DataType as T;
    matches!(
        ty,
        T::Int(None) | T::Integer(None) | T::SmallInt(None) | T::BigInt(None) | T::Real | T::Float(_) | T::Double(_) | T::DoublePrecision | T::Decimal(_) | T::Numeric(_) | T::Varchar(None) | T::Text
            | T::Char(None) | T::Boolean | T::Bool | T::Date | T::Timestamp(None, _)
    )
}

impl Visitor for Walls<'_> {
    type Break = Fault;

    fn pre_visit_query(&mut self, q: &Query) -> Step {
        self.enter()?;
        if let Some(with) = &q.with {
            if with.recursive {
                return refused("WITH RECURSIVE", place(q));
            }
            if self.queries > 0 {
                return refused("WITH inside", place(q));
            }
            for cte in &with.cte_tables {
                if cte.from.is_some() || cte.materialized.is_some() {
                    return refused("MATERIALIZED", place(q));
                }
                self.named.insert(folded(&cte.alias.name.value, cte.alias.name.quote_style));
            }
        }
        self.queries += 1;
        let plain = q.locks.is_empty() && q.for_clause.is_none() && q.settings.is_none() && q.format_clause.is_none() && q.pipe_operators.is_empty();
        if !plain {
            return refused("FOR / SETTINGS / FORMAT / |>", place(q));
        }
        if selects(&q.body) { ControlFlow::Continue(()) } else { ControlFlow::Break(Fault::only_select()) }
    }

    fn post_visit_query(&mut self, _: &Query) -> Step {
        self.leave()
    }

    fn pre_visit_select(&mut self, s: &Select) -> Step {
        self.enter()?;
        self.selects += 1;
        if self.selects > SELECTS {
            return ControlFlow::Break(complex());
        }
        if s.into.is_some() {
            return refused("INTO", place(s));
        }
        let plain = s.lateral_views.is_empty()
            && s.connect_by.is_empty()
            && s.prewhere.is_none()
            && s.cluster_by.is_empty()
            && s.distribute_by.is_empty()
            && s.sort_by.is_empty()
            && s.top.is_none()
            && s.value_table_mode.is_none()
            && s.optimizer_hints.is_empty()
            && s.select_modifiers.is_none()
            && s.exclude.is_none()
            && s.flavor == SelectFlavor::Standard;
        if plain { ControlFlow::Continue(()) } else { refused("this form of SELECT", place(s)) }
    }

    fn post_visit_select(&mut self, _: &Select) -> Step {
        self.leave()
    }

    fn pre_visit_relation(&mut self, name: &ObjectName) -> Step {
        self.nodes += 1;
        match single(name) {
            Some(n) if self.named.contains(&n) || self.tables.contains(&n.as_str()) => ControlFlow::Continue(()),
            _ => {
                let message = (format!("没有表 {name}，可用的表见右侧"), format!("there is no table {name}; those there are stand beside the editor"));
                ControlFlow::Break(Fault::new("sql.table", message.0, message.1).at(place(name)))
            }
        }
    }

    fn pre_visit_table_factor(&mut self, t: &TableFactor) -> Step {
        self.enter()?;
        match t {
            TableFactor::Table { args: None, with_hints, version: None, with_ordinality: false, partitions, json_path: None, sample: None, index_hints, .. }
                if with_hints.is_empty() && partitions.is_empty() && index_hints.is_empty() =>
            {
                ControlFlow::Continue(())
            }
            TableFactor::Derived { lateral: false, sample: None, .. } | TableFactor::NestedJoin { .. } => ControlFlow::Continue(()),
            TableFactor::Table { name, .. } | TableFactor::Function { name, .. } => refused(&format!("{name}(…)"), place(name)),
            other => refused("this kind of table", place(other)),
        }
    }

    fn post_visit_table_factor(&mut self, _: &TableFactor) -> Step {
        self.leave()
    }

    fn pre_visit_expr(&mut self, e: &Expr) -> Step {
        self.enter()?;
        let at = place(e);
        match e {
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) | Expr::Wildcard(_) | Expr::QualifiedWildcard(..) | Expr::Value(_) | Expr::Nested(_) | Expr::Tuple(_) => ControlFlow::Continue(()),
            Expr::IsFalse(_) | Expr::IsNotFalse(_) | Expr::IsTrue(_) | Expr::IsNotTrue(_) | Expr::IsNull(_) | Expr::IsNotNull(_) | Expr::IsDistinctFrom(..) | Expr::IsNotDistinctFrom(..) => ControlFlow::Continue(()),
            Expr::InList { .. } | Expr::InSubquery { .. } | Expr::Between { .. } | Expr::Exists { .. } | Expr::Subquery(_) | Expr::Case { .. } => ControlFlow::Continue(()),
            Expr::Like { any: false, .. } | Expr::ILike { any: false, .. } => ControlFlow::Continue(()),
            Expr::Extract { .. } | Expr::Ceil { .. } | Expr::Floor { .. } | Expr::Position { .. } | Expr::Substring { .. } | Expr::Trim { .. } => ControlFlow::Continue(()),
            Expr::Interval(_) | Expr::Rollup(_) | Expr::Cube(_) | Expr::GroupingSets(_) => ControlFlow::Continue(()),
            Expr::UnaryOp { op: UnaryOperator::Not | UnaryOperator::Minus | UnaryOperator::Plus, .. } => ControlFlow::Continue(()),
            Expr::BinaryOp { op, .. } => match op {
                BinaryOperator::StringConcat => self.grows(1),
                BinaryOperator::Plus | BinaryOperator::Minus | BinaryOperator::Multiply | BinaryOperator::Divide | BinaryOperator::Modulo | BinaryOperator::And | BinaryOperator::Or
                | BinaryOperator::Eq | BinaryOperator::NotEq | BinaryOperator::Lt | BinaryOperator::LtEq | BinaryOperator::Gt | BinaryOperator::GtEq => ControlFlow::Continue(()),
                other => refused(&other.to_string(), at),
            },
            Expr::Cast { kind: CastKind::Cast | CastKind::TryCast | CastKind::SafeCast | CastKind::DoubleColon, data_type, format: None, .. } if known_type(data_type) => ControlFlow::Continue(()),
            Expr::Cast { data_type, .. } => refused(&format!("CAST … AS {data_type}"), at),
            Expr::TypedString(t) if known_type(&t.data_type) => ControlFlow::Continue(()),
            Expr::Function(f) => self.function(f),
            _ => refused("this expression", at),
        }
    }

    fn post_visit_expr(&mut self, _: &Expr) -> Step {
        self.leave()
    }

    fn pre_visit_value(&mut self, v: &ValueWithSpan) -> Step {
        match &v.value {
            Value::Number(..) | Value::Boolean(_) | Value::Null => ControlFlow::Continue(()),
            Value::SingleQuotedString(t) if t.chars().count() <= TEXT => ControlFlow::Continue(()),
            Value::SingleQuotedString(_) => ControlFlow::Break(Fault::new("sql.long", format!("一段文字最多 {TEXT} 个字"), format!("a text has at most {TEXT} characters"))),
            _ => refused("this way to write a value", Some((v.span.start.line, v.span.start.column))),
        }
    }
}

/// A question without the texts written down in it, which may be people's details; numbers that read as a phone are hidden, too.
pub fn without_texts(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for c in text.chars() {
        match (c, inside) {
            ('\'', false) => {
                inside = true;
                out.push_str("'…");
            }
            ('\'', true) => {
                inside = false;
                out.push('\'');
            }
            (_, true) => {}
            (c, false) => out.push(c),
        }
    }
    domain::mask::text(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_down_holds_no_texts() {
        assert_eq!(without_texts("SELECT 'a''b' x, \"c\" FROM t WHERE n = '王伟'"), "SELECT '…''…' x, \"c\" FROM t WHERE n = '…'");
        assert!(!without_texts("SELECT 13811115678").contains("13811115678"));
        assert_eq!(without_texts("SELECT 'never ends"), "SELECT '…");
    }
}
