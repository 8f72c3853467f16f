//! What every check of Rust code shares: which files and items are tests, and the words inside macros, which no syntax tree shows.

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};

/// Is this whole file a test, an example or the makers of samples?
pub fn is_test(name: &str) -> bool {
    let parts = ["/tests/", "/examples/", "/benches/"];
    parts.iter().any(|p| name.contains(p)) || name.ends_with("tests.rs") || name.starts_with("crates/testkit/")
}

/// `#[cfg(test)]`, `#[cfg(all(test, …))]`, `#[test]`.
pub fn only_in_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|a| {
        a.path().is_ident("test")
            || (a.path().is_ident("cfg") && a.meta.require_list().is_ok_and(|l| {
                let text = l.tokens.to_string().replace(' ', "");
                text == "test" || text.starts_with("all(test,") || (text.starts_with("all(") && text.contains(",test"))
            }))
    })
}

/// Writes the four overrides by which a visitor leaves out what only tests compile.
macro_rules! leave_tests_out {
    () => {
        fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
            if !$crate::tidy::rust::only_in_tests(&item.attrs) {
                syn::visit::visit_item_mod(self, item);
            }
        }
        fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
            if !$crate::tidy::rust::only_in_tests(&item.attrs) {
                syn::visit::visit_item_fn(self, item);
            }
        }
        fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
            if !$crate::tidy::rust::only_in_tests(&item.attrs) {
                syn::visit::visit_item_impl(self, item);
            }
        }
        fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
            if !$crate::tidy::rust::only_in_tests(&item.attrs) {
                syn::visit::visit_item_use(self, item);
            }
        }
        fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
            if !$crate::tidy::rust::only_in_tests(&item.attrs) {
                syn::visit::visit_impl_item_fn(self, item);
            }
        }
    };
}
pub(super) use leave_tests_out;

/// A word of a macro's inside that a check may care about.
#[derive(Debug, PartialEq)]
pub enum Word {
    /// `a::b::c`, one segment or more
    Path(Vec<String>),
    /// `.name(`
    Call(String),
    /// `name!`
    Macro(String),
    /// `x[…]`, but for `x[..]`, which cannot fail
    Index,
    /// a literal as it is written
    Literal(String),
}

/// The words of a macro's tokens with their lines, those of its inner groups too.
pub fn words(tokens: &TokenStream) -> Vec<(usize, Word)> {
    let mut out = Vec::new();
    collect(tokens.clone(), &mut out);
    out
}

const KEYWORDS: &[&str] = &[
    "as", "in", "return", "mut", "let", "ref", "if", "match", "else", "move", "const", "dyn", "impl", "where", "break", "for", "while", "static",
];

fn collect(tokens: TokenStream, out: &mut Vec<(usize, Word)>) {
    let all: Vec<TokenTree> = tokens.into_iter().collect();
    let punct = |i: usize| match all.get(i) {
        Some(TokenTree::Punct(p)) => p.as_char(),
        _ => ' ',
    };
    let ident = |i: usize| match all.get(i) {
        Some(TokenTree::Ident(word)) => Some(word.to_string()),
        _ => None,
    };
    let mut i = 0;
    while let Some(token) = all.get(i) {
        let line = token.span().start().line;
        match token {
            TokenTree::Ident(_) => {
                let before = if i > 0 { punct(i - 1) } else { ' ' };
                let lifetime = before == '\'';
                let mut path = vec![ident(i).unwrap_or_default()];
                let mut end = i;
                while punct(end + 1) == ':' && punct(end + 2) == ':' {
                    let Some(next) = ident(end + 3) else { break };
                    path.push(next);
                    end += 3;
                }
                if punct(end + 1) == '!' && punct(end + 2) != '=' {
                    out.push((line, Word::Macro(path.last().cloned().unwrap_or_default())));
                } else if before == '.' && matches!(all.get(end + 1), Some(TokenTree::Group(g)) if g.delimiter() == Delimiter::Parenthesis) {
                    out.push((line, Word::Call(path.last().cloned().unwrap_or_default())));
                } else if !lifetime {
                    out.push((line, Word::Path(path)));
                }
                i = end;
            }
            TokenTree::Group(group) => {
                if group.delimiter() == Delimiter::Bracket && i > 0 && indexed(&all, i - 1) && !whole(group) {
                    out.push((line, Word::Index));
                }
                collect(group.stream(), out);
            }
            TokenTree::Literal(l) => out.push((line, Word::Literal(l.to_string()))),
            TokenTree::Punct(_) => {}
        }
        i += 1;
    }
}

/// Can what stands there be indexed by brackets behind it?
fn indexed(all: &[TokenTree], at: usize) -> bool {
    match all.get(at) {
        Some(TokenTree::Ident(word)) => {
            let lifetime = at > 0 && matches!(&all.get(at - 1), Some(TokenTree::Punct(p)) if p.as_char() == '\'');
            !lifetime && !KEYWORDS.contains(&word.to_string().as_str())
        }
        Some(TokenTree::Group(g)) => matches!(g.delimiter(), Delimiter::Parenthesis | Delimiter::Bracket | Delimiter::None),
        Some(TokenTree::Punct(p)) => p.as_char() == '?' && p.spacing() == Spacing::Alone,
        _ => false,
    }
}

/// `[..]`
fn whole(group: &Group) -> bool {
    group.stream().to_string().replace(' ', "") == ".."
}
