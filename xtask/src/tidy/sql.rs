//! SQL is a constant with bound parameters: no macro that fills in values may hold the beginning of a statement.

use super::rust::{Word, leave_tests_out, words};
use syn::visit::Visit;

const STATEMENTS: &[&str] = &["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH ", "CREATE ", "DROP ", "ALTER "];
const FILLERS: &[&str] = &["format", "write", "writeln", "format_args"];

pub fn check(file: &syn::File, found: &mut Vec<(usize, String)>) {
    Eyes { found }.visit_file(file);
}

struct Eyes<'a> {
    found: &'a mut Vec<(usize, String)>,
}

impl<'ast> Visit<'ast> for Eyes<'_> {
    leave_tests_out!();

    fn visit_macro(&mut self, m: &'ast syn::Macro) {
        let all = words(&m.tokens);
        let mut filling = m.path.segments.last().is_some_and(|s| FILLERS.contains(&s.ident.to_string().as_str()));
        for (line, word) in all {
            match word {
                Word::Macro(name) => filling |= FILLERS.contains(&name.as_str()),
                Word::Literal(text) if filling && statement(&text) => {
                    self.found.push((line, "SQL is a constant with bound parameters, never formatted".into()));
                }
                _ => {}
            }
        }
    }
}

/// A string literal that begins a statement and leaves a hole in it.
fn statement(literal: &str) -> bool {
    let text = literal.trim_start_matches(['r', '#', '"']).trim_start();
    let begins = STATEMENTS.iter().any(|s| text.starts_with(s));
    begins && text.replace("{{", "").contains('{')
}
