//! Equal inputs give equal bytes: nothing walks a hash map or set in its accidental order.
//!
//! What is checked, file by file: a field, parameter, variable, static or alias whose type is a `HashMap` or `HashSet` of std or
//! hashbrown with the random hasher (one with a hasher of its own walks alike every time) must not be looped over, nor iterated,
//! unless what follows does not see the order: `count`, `any`, `all`, `min`, `max`, a collection into a sorted or hashed one, a `let`
//! that is sorted next. It must not be in a struct that serialises itself. Where the order truly does not matter a comment
//! `// any order: why` within the two lines above says so. Not checked: maps that come out of functions of other files.

use super::rust::leave_tests_out;
use std::collections::BTreeSet;
use syn::{Expr, GenericArgument, Member, Pat, PathArguments, Stmt, Type, spanned::Spanned, visit::Visit};

const WRAPPERS: &[&str] = &["Arc", "Rc", "Box", "Mutex", "RwLock", "Option", "RefCell", "OnceLock", "OnceCell", "LazyLock", "LazyCell"];
const WALKS: &[&str] = &[
    "iter", "iter_mut", "into_iter", "keys", "into_keys", "values", "values_mut", "into_values", "drain", "extract_if", "union", "intersection", "difference",
    "symmetric_difference",
];
const SETTLED: &[&str] = &["count", "len", "any", "all", "min", "max", "is_empty", "contains", "eq"];
const ANY_ORDER: &[&str] = &["BTreeMap", "BTreeSet", "BinaryHeap", "HashMap", "HashSet"];

pub fn check(name: &str, file: &syn::File, text: &str, found: &mut Vec<(usize, String)>) {
    if !name.starts_with("crates/") {
        return;
    }
    let mut declared = Declared::default();
    declared.visit_file(file);
    let mut seen = Vec::new();
    Eyes { declared: &declared, locals: BTreeSet::new(), settled: false, found: &mut seen }.visit_file(file);
    let lines: Vec<&str> = text.lines().collect();
    let excused = |line: usize| (line.saturating_sub(2)..=line).any(|n| n > 0 && lines.get(n - 1).is_some_and(|l| l.contains("// any order")));
    found.extend(seen.into_iter().filter(|(line, _)| !excused(*line)));
}

/// Is it, behind references and wrappers, a hash map or set whose order is an accident?
fn accidental(ty: &Type, aliases: &BTreeSet<String>) -> bool {
    match ty {
        Type::Reference(r) => accidental(&r.elem, aliases),
        Type::Paren(p) => accidental(&p.elem, aliases),
        Type::Group(g) => accidental(&g.elem, aliases),
        Type::Path(p) => {
            let Some(last) = p.path.segments.last() else { return false };
            let name = last.ident.to_string();
            let given: Vec<&Type> = match &last.arguments {
                PathArguments::AngleBracketed(a) => a.args.iter().filter_map(|a| if let GenericArgument::Type(t) = a { Some(t) } else { None }).collect(),
                _ => Vec::new(),
            };
            match name.as_str() {
                "HashMap" => given.len() < 3,
                "HashSet" => given.len() < 2,
                wrapper if WRAPPERS.contains(&wrapper) => given.iter().any(|t| accidental(t, aliases)),
                other => aliases.contains(other),
            }
        }
        _ => false,
    }
}

/// What the file declares outside of functions.
#[derive(Default)]
struct Declared {
    aliases: BTreeSet<String>,
    fields: BTreeSet<String>,
    statics: BTreeSet<String>,
    functions: BTreeSet<String>,
    serialised: Vec<(usize, String)>,
}

impl<'ast> Visit<'ast> for Declared {
    leave_tests_out!();

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        if accidental(&item.ty, &self.aliases) {
            self.aliases.insert(item.ident.to_string());
        }
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        if accidental(&item.ty, &self.aliases) {
            self.statics.insert(item.ident.to_string());
        }
        syn::visit::visit_item_static(self, item);
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        let derives = |a: &syn::Attribute| a.path().is_ident("derive") && a.meta.require_list().is_ok_and(|l| l.tokens.to_string().contains("Serialize"));
        let serialises = item.attrs.iter().any(derives);
        for (i, field) in item.fields.iter().enumerate() {
            if accidental(&field.ty, &self.aliases) {
                let name = field.ident.as_ref().map_or_else(|| i.to_string(), ToString::to_string);
                if serialises {
                    self.serialised.push((field.ty.span().start().line, name.clone()));
                }
                self.fields.insert(name);
            }
        }
    }

    fn visit_signature(&mut self, s: &'ast syn::Signature) {
        if let syn::ReturnType::Type(_, ty) = &s.output {
            let inner = match &**ty {
                // Result<HashMap<…>>
                Type::Path(p) if p.path.segments.last().is_some_and(|s| s.ident == "Result") => match p.path.segments.last().map(|s| &s.arguments) {
                    Some(PathArguments::AngleBracketed(a)) => a.args.iter().find_map(|a| if let GenericArgument::Type(t) = a { Some(t) } else { None }),
                    _ => None,
                },
                other => Some(other),
            };
            if inner.is_some_and(|t| accidental(t, &self.aliases)) {
                self.functions.insert(s.ident.to_string());
            }
        }
    }
}

struct Eyes<'a> {
    declared: &'a Declared,
    locals: BTreeSet<String>,
    /// the `let` around is sorted next, or says a type without an order
    settled: bool,
    found: &'a mut Vec<(usize, String)>,
}

impl Eyes<'_> {
    /// Whose order it is, if it is an accident; looks behind references, locks and question marks.
    fn source(&self, e: &Expr) -> Option<String> {
        match e {
            Expr::Path(p) => {
                let name = p.path.get_ident()?.to_string();
                (self.locals.contains(&name) || self.declared.statics.contains(&name)).then_some(name)
            }
            Expr::Field(f) => {
                let name = match &f.member {
                    Member::Named(n) => n.to_string(),
                    Member::Unnamed(i) => i.index.to_string(),
                };
                self.declared.fields.contains(&name).then_some(name)
            }
            Expr::Reference(r) => self.source(&r.expr),
            Expr::Paren(p) => self.source(&p.expr),
            Expr::Try(t) => self.source(&t.expr),
            Expr::Await(a) => self.source(&a.base),
            Expr::Unary(u) => self.source(&u.expr),
            Expr::Call(c) => {
                let Expr::Path(p) = &*c.func else { return None };
                let parts: Vec<String> = p.path.segments.iter().map(|s| s.ident.to_string()).collect();
                let last = parts.last()?;
                if matches!(last.as_str(), "take" | "replace") {
                    return c.args.first().and_then(|a| self.source(a)); // std::mem::take(&mut map)
                }
                let made = parts.iter().rev().nth(1).is_some_and(|of| of == "HashMap" || of == "HashSet");
                (made || self.declared.functions.contains(last)).then(|| format!("{}()", parts.join("::")))
            }
            Expr::MethodCall(m) => {
                let name = m.method.to_string();
                let through = ["lock", "read", "write", "borrow", "borrow_mut", "as_ref", "as_mut", "unwrap", "expect", "unwrap_or_else", "unwrap_or_default", "clone", "get_or_init"];
                if through.contains(&name.as_str()) {
                    return self.source(&m.receiver);
                }
                let own = matches!(&*m.receiver, Expr::Path(p) if p.path.is_ident("self"));
                if own && self.declared.functions.contains(&name) {
                    return Some(format!("{name}()"));
                }
                (name == "collect" && turbofish(m).is_some_and(|t| t == "HashMap" || t == "HashSet")).then_some("collect".into())
            }
            _ => None,
        }
    }

    fn say(&mut self, line: usize, what: &str) {
        self.found.push((line, format!("`{what}` is walked in the accidental order of its hashes: sort, use a BTreeMap, or say why not (// any order: …)")));
    }

    fn declare(&mut self, pat: &Pat, init: Option<&Expr>) {
        match pat {
            Pat::Type(t) => {
                if let Pat::Ident(i) = &*t.pat {
                    self.set(&i.ident.to_string(), accidental(&t.ty, &self.declared.aliases));
                }
            }
            Pat::Ident(i) => {
                let is = init.is_some_and(|e| self.source(e).is_some());
                self.set(&i.ident.to_string(), is);
            }
            Pat::Tuple(t) => {
                let parts: Vec<Option<&Expr>> = match init {
                    Some(Expr::Tuple(e)) => e.elems.iter().map(Some).collect(),
                    _ => Vec::new(),
                };
                for (i, pat) in t.elems.iter().enumerate() {
                    self.declare(pat, parts.get(i).copied().flatten());
                }
            }
            Pat::Struct(s) => {
                for f in &s.fields {
                    if let (Member::Named(n), Pat::Ident(i)) = (&f.member, &*f.pat) {
                        let is = self.declared.fields.contains(&n.to_string());
                        self.set(&i.ident.to_string(), is);
                    }
                }
            }
            _ => {}
        }
    }

    fn set(&mut self, name: &str, is: bool) {
        if is {
            self.locals.insert(name.to_owned());
        } else {
            self.locals.remove(name);
        }
    }

    fn body<'ast>(&mut self, signature: &syn::Signature, walk: impl FnOnce(&mut Self) + 'ast) {
        let outer = std::mem::take(&mut self.locals);
        for input in &signature.inputs {
            if let syn::FnArg::Typed(t) = input {
                self.declare(&Pat::Type(t.clone()), None);
            }
        }
        walk(self);
        self.locals = outer;
    }
}

/// The last name of the type in `collect::<…>()`.
fn turbofish(m: &syn::ExprMethodCall) -> Option<String> {
    let first = m.turbofish.as_ref()?.args.first()?;
    match first {
        GenericArgument::Type(Type::Path(p)) => Some(p.path.segments.last()?.ident.to_string()),
        _ => None,
    }
}

/// Does a later statement sort this variable?
fn sorted_later(name: &str, rest: &[Stmt]) -> bool {
    struct Look<'a>(&'a str, bool);
    impl<'ast> Visit<'ast> for Look<'_> {
        fn visit_expr_method_call(&mut self, e: &'ast syn::ExprMethodCall) {
            let it = matches!(&*e.receiver, Expr::Path(p) if p.path.is_ident(self.0));
            let sorts = ["sort", "par_sort"].iter().any(|s| e.method.to_string().starts_with(s));
            self.1 |= it && sorts;
            syn::visit::visit_expr_method_call(self, e);
        }
    }
    let mut look = Look(name, false);
    rest.iter().for_each(|s| look.visit_stmt(s));
    look.1
}

impl<'ast> Visit<'ast> for Eyes<'_> {
    fn visit_file(&mut self, file: &'ast syn::File) {
        for (line, name) in &self.declared.serialised {
            self.found.push((*line, format!("`{name}` is written out in the accidental order of its hashes: use a BTreeMap")));
        }
        syn::visit::visit_file(self, file);
    }
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !super::rust::only_in_tests(&item.attrs) {
            syn::visit::visit_item_mod(self, item);
        }
    }
    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        if !super::rust::only_in_tests(&item.attrs) {
            syn::visit::visit_item_impl(self, item);
        }
    }
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if !super::rust::only_in_tests(&item.attrs) {
            self.body(&item.sig, |me| me.visit_block(&item.block));
        }
    }
    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if !super::rust::only_in_tests(&item.attrs) {
            self.body(&item.sig, |me| me.visit_block(&item.block));
        }
    }

    fn visit_block(&mut self, block: &'ast syn::Block) {
        for (i, stmt) in block.stmts.iter().enumerate() {
            let Stmt::Local(local) = stmt else {
                self.visit_stmt(stmt);
                continue;
            };
            let (ty, name) = match &local.pat {
                Pat::Type(t) => (Some(&*t.ty), if let Pat::Ident(i) = &*t.pat { Some(i.ident.to_string()) } else { None }),
                Pat::Ident(i) => (None, Some(i.ident.to_string())),
                _ => (None, None),
            };
            let unordered = matches!(ty, Some(Type::Path(p)) if p.path.segments.last().is_some_and(|s| ANY_ORDER.contains(&s.ident.to_string().as_str())));
            let sorted = name.is_some_and(|n| sorted_later(&n, block.stmts.get(i + 1..).unwrap_or_default()));
            let outer = std::mem::replace(&mut self.settled, unordered || sorted);
            self.visit_stmt(stmt);
            self.settled = outer;
            self.declare(&local.pat, local.init.as_ref().map(|i| &*i.expr));
        }
    }

    fn visit_expr_for_loop(&mut self, e: &'ast syn::ExprForLoop) {
        if let Some(what) = self.source(&e.expr) {
            self.say(e.for_token.span.start().line, &what);
        }
        let outer = std::mem::replace(&mut self.settled, false);
        syn::visit::visit_expr_for_loop(self, e);
        self.settled = outer;
    }

    fn visit_expr_method_call(&mut self, e: &'ast syn::ExprMethodCall) {
        let mut chain = vec![e];
        while let Some(Expr::MethodCall(inner)) = chain.last().map(|m| &*m.receiver) {
            chain.push(inner);
        }
        chain.reverse();
        for (i, m) in chain.iter().enumerate() {
            let walks = WALKS.contains(&m.method.to_string().as_str());
            let Some(what) = walks.then(|| self.source(&m.receiver)).flatten() else { continue };
            let after = chain.get(i + 1..).unwrap_or_default();
            let settled = after.iter().any(|m| {
                SETTLED.contains(&m.method.to_string().as_str()) || (m.method == "collect" && turbofish(m).is_some_and(|t| ANY_ORDER.contains(&t.as_str())))
            });
            if !settled && !self.settled {
                self.say(m.method.span().start().line, &what);
            }
        }
        for m in &chain {
            if m.method == "extend" && self.source(&m.receiver).is_none() {
                if let Some(what) = m.args.first().and_then(|a| self.source(a)) {
                    self.say(m.method.span().start().line, &what);
                }
            }
            m.args.iter().for_each(|a| self.visit_expr(a));
        }
        if let Some(first) = chain.first() {
            self.visit_expr(&first.receiver);
        }
    }
}
