//! Time and chance are arguments: only `domain::clock` and the composition root ask the world.
//!
//! Every path is read with the file's own `use` names put back (`use std::time as t; t::Instant::now()` is found), inside macros too.
//! Found are: naming `std::time::{Instant, SystemTime}` or tokio's, any `….now()` of a calendar library, `.elapsed()`, the machine's
//! time zone, and whatever draws lots: `rand`, `getrandom`, `fastrand`, `RandomState`, random UUIDs.

use super::rust::{Word, leave_tests_out, words};
use std::collections::BTreeMap;
use syn::{UseTree, visit::Visit};

/// The clock, the composition root, and what plays requests by the clock.
const DOORS: &[&str] = &["crates/domain/src/clock.rs", "crates/cli/src/", "xtask/src/load.rs"];

/// Crates that draw lots.
const CHANCE: &[&str] = &["rand", "rand_core", "rand_chacha", "getrandom", "fastrand", "oorandom", "nanorand"];
/// Names that draw lots wherever they come from.
const NAMES: &[&str] = &["thread_rng", "ThreadRng", "OsRng", "RandomState"];
/// The last two names of a path.
const CALLS: &[(&str, &str)] = &[
    ("Instant", "now"),
    ("SystemTime", "now"),
    ("Zoned", "now"),
    ("Timestamp", "now"),
    ("Utc", "now"),
    ("Local", "now"),
    ("OffsetDateTime", "now_utc"),
    ("OffsetDateTime", "now_local"),
    ("TimeZone", "system"),
    ("TimeZone", "try_system"),
    ("Uuid", "new_v4"),
    ("Uuid", "new_v7"),
    ("Uuid", "now_v7"),
];

pub fn check(name: &str, file: &syn::File, found: &mut Vec<(usize, String)>) {
    if DOORS.iter().any(|door| name.starts_with(door)) {
        return;
    }
    let mut names = Names::default();
    names.visit_file(file);
    for (line, path) in &names.used {
        judge(*line, path, found);
    }
    Eyes { names: &names.known, found }.visit_file(file);
}

fn judge(line: usize, path: &[String], found: &mut Vec<(usize, String)>) {
    let parts: Vec<&str> = path.iter().map(String::as_str).collect();
    let clock = |of: &[&str]| matches!(of, ["std" | "core" | "tokio", "time", "Instant" | "SystemTime" | "*"]);
    let bad = parts.first().is_some_and(|root| CHANCE.contains(root))
        || parts.iter().any(|name| NAMES.contains(name))
        || parts.windows(3).any(clock)
        || parts.windows(2).any(|pair| CALLS.iter().any(|(of, name)| pair == [*of, *name]));
    if bad {
        found.push((line, format!("`{}`: take time and chance as arguments (domain::clock)", path.join("::"))));
    }
}

/// What the file's `use` lines call things.
#[derive(Default)]
struct Names {
    known: BTreeMap<String, Vec<String>>,
    used: Vec<(usize, Vec<String>)>,
}

impl Names {
    fn tree(&mut self, tree: &UseTree, before: &[String]) {
        let with = |last: &syn::Ident| [before, &[last.to_string()]].concat();
        match tree {
            UseTree::Path(p) => self.tree(&p.tree, &with(&p.ident)),
            UseTree::Name(n) if n.ident == "self" => {
                if let Some(last) = before.last() {
                    self.known.insert(last.clone(), before.to_vec());
                }
            }
            UseTree::Name(n) => {
                let path = with(&n.ident);
                self.known.insert(n.ident.to_string(), path.clone());
                self.used.push((n.ident.span().start().line, path));
            }
            UseTree::Rename(r) => {
                let path = if r.ident == "self" { before.to_vec() } else { with(&r.ident) };
                self.known.insert(r.rename.to_string(), path.clone());
                self.used.push((r.ident.span().start().line, path));
            }
            UseTree::Glob(g) => self.used.push((g.star_token.spans[0].start().line, [before, &["*".to_owned()]].concat())),
            UseTree::Group(g) => g.items.iter().for_each(|t| self.tree(t, before)),
        }
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !super::rust::only_in_tests(&item.attrs) {
            syn::visit::visit_item_mod(self, item);
        }
    }
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if !super::rust::only_in_tests(&item.attrs) {
            self.tree(&item.tree, &[]);
        }
    }
}

struct Eyes<'a> {
    names: &'a BTreeMap<String, Vec<String>>,
    found: &'a mut Vec<(usize, String)>,
}

impl Eyes<'_> {
    fn path(&mut self, line: usize, written: Vec<String>) {
        let mut parts = written.into_iter();
        let Some(first) = parts.next() else { return };
        let mut whole = self.names.get(&first).cloned().unwrap_or_else(|| vec![first]);
        whole.extend(parts);
        judge(line, &whole, self.found);
    }

    fn reads_time(&mut self, line: usize) {
        self.found.push((line, "`.elapsed()`: take time and chance as arguments (domain::clock)".into()));
    }
}

impl<'ast> Visit<'ast> for Eyes<'_> {
    leave_tests_out!();

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if let Some(first) = path.segments.first() {
            self.path(first.ident.span().start().line, path.segments.iter().map(|s| s.ident.to_string()).collect());
        }
        syn::visit::visit_path(self, path);
    }

    fn visit_expr_method_call(&mut self, e: &'ast syn::ExprMethodCall) {
        if e.method == "elapsed" {
            self.reads_time(e.method.span().start().line);
        }
        syn::visit::visit_expr_method_call(self, e);
    }

    fn visit_macro(&mut self, m: &'ast syn::Macro) {
        syn::visit::visit_macro(self, m);
        for (line, word) in words(&m.tokens) {
            match word {
                Word::Path(path) => self.path(line, path),
                Word::Call(name) if name == "elapsed" => self.reads_time(line),
                _ => {}
            }
        }
    }
}
