//! Parsers do not panic: whatever a file, a rule or a flag says, it is read or refused with a reason.
//!
//! Where strangers' bytes become our values no code indexes or slices (`x[i]`, `&s[a..b]`; `x[..]` cannot fail), unwraps,
//! expects, panics or asserts. Read from the syntax tree, inside macros from the words; tests are free to do it all.

use super::rust::{Word, leave_tests_out, words};
use syn::{Expr, visit::Visit};

/// Where the rule holds. `domain` as a whole: rules, days, money and identifiers are parsed there.
const PLACES: &[&str] = &[
    "crates/sources/src/",
    "crates/domain/src/",
    "crates/cli/src/args.rs",
    "crates/cli/src/config.rs",
    "crates/store/src/dump/",
    "crates/flow/src/backup/",
    "crates/flow/src/definitions.rs",
    "crates/flow/src/schema/",
    "crates/flow/src/analysis/moment.rs",
];

const UNWRAPS: &[&str] = &["unwrap", "unwrap_err", "expect_err"];
const SPLITS: &[&str] = &["split_at", "split_at_mut", "copy_from_slice", "clone_from_slice"];
const PANICS: &[&str] = &["panic", "unreachable", "todo", "unimplemented", "assert", "assert_eq", "assert_ne"];
/// Nowhere in the product, parser or not.
const UNFINISHED: &[&str] = &["todo", "unimplemented", "dbg"];

pub fn check(name: &str, file: &syn::File, found: &mut Vec<(usize, String)>) {
    let parser = PLACES.iter().any(|place| name.starts_with(place));
    Eyes { parser, found }.visit_file(file);
}

struct Eyes<'a> {
    parser: bool,
    found: &'a mut Vec<(usize, String)>,
}

impl Eyes<'_> {
    fn say(&mut self, line: usize, what: &str) {
        if self.parser {
            self.found.push((line, format!("a parser must not {what}")));
        }
    }

    fn method(&mut self, line: usize, name: &str) {
        if UNWRAPS.contains(&name) {
            self.say(line, "unwrap");
        } else if SPLITS.contains(&name) {
            self.say(line, &format!("`{name}`: it panics on a wrong length"));
        }
    }

    fn called(&mut self, line: usize, name: &str) {
        if UNFINISHED.contains(&name) {
            self.found.push((line, format!("`{name}!`")));
        } else if PANICS.contains(&name) {
            self.say(line, "panic");
        }
    }
}

impl<'ast> Visit<'ast> for Eyes<'_> {
    leave_tests_out!();

    fn visit_expr_index(&mut self, e: &'ast syn::ExprIndex) {
        let whole = matches!(&*e.index, Expr::Range(r) if r.start.is_none() && r.end.is_none());
        if !whole {
            self.say(e.bracket_token.span.open().start().line, "index or slice");
        }
        syn::visit::visit_expr_index(self, e);
    }

    fn visit_expr_method_call(&mut self, e: &'ast syn::ExprMethodCall) {
        let line = e.method.span().start().line;
        self.method(line, &e.method.to_string());
        // a method of our own may be called so: `self.expect("(")`
        let own = matches!(&*e.receiver, Expr::Path(p) if p.path.is_ident("self"));
        if e.method == "expect" && !own {
            self.say(line, "expect");
        }
        syn::visit::visit_expr_method_call(self, e);
    }

    // checked while it compiles
    fn visit_item_const(&mut self, _: &'ast syn::ItemConst) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        // `.map(Option::unwrap)`
        if let (true, Some(last)) = (path.segments.len() > 1, path.segments.last()) {
            self.method(last.ident.span().start().line, &last.ident.to_string());
            if last.ident == "expect" {
                self.say(last.ident.span().start().line, "expect");
            }
        }
        syn::visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, m: &'ast syn::Macro) {
        if let Some(name) = m.path.segments.last() {
            self.called(name.ident.span().start().line, &name.ident.to_string());
        }
        for (line, word) in words(&m.tokens) {
            match word {
                Word::Index => self.say(line, "index or slice"),
                Word::Call(name) if name == "expect" => self.say(line, "expect"),
                Word::Call(name) => self.method(line, &name),
                Word::Macro(name) => self.called(line, &name),
                Word::Path(_) | Word::Literal(_) => {}
            }
        }
    }
}
