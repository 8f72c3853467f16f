//! Rules of the whole tree: a small one that keeps them all, and one broken rule at a time.

use super::*;

/// A tree with every room, both languages, a document and its types.
struct Tree(tempfile::TempDir);

impl Tree {
    fn new() -> Tree {
        let tree = Tree(tempfile::tempdir().unwrap());
        tree.put("Cargo.toml", "[workspace.dependencies]\nserde = \"1\"\ndf = { package = \"datafusion\", version = \"1\" }\nlake = { path = \"crates/lake\" }\n");
        for (name, _) in rooms::ROOMS {
            let folder = if *name == "xtask" { "xtask".to_owned() } else { format!("crates/{name}") };
            tree.put(&format!("{folder}/Cargo.toml"), &format!("[package]\nname = \"{name}\"\n[dependencies]\nserde.workspace = true\n"));
            tree.put(&format!("{folder}/src/lib.rs"), "//! A room.\n");
        }
        tree.put("docs/decisions/0001.md", "- `serde`, `df`, `react` why\n");
        tree.put("web/package.json", r#"{"dependencies":{"react":"1"}}"#);
        tree.put("web/src/i18n/locales/zh-CN/x.json", r#"{"a":{"b":"甲"},"n_other":"几"}"#);
        tree.put("web/src/i18n/locales/en/x.json", r#"{"a":{"b":"A"},"n_one":"1","n_other":"n"}"#);
        tree.put("web/src/areas/customers/list.tsx", "import { x } from '@/parts/x'\n");
        tree.put("crates/api/tests/it/snapshots/openapi.json", "{}\n");
        tree.types("{}\n", "export interface A {}\n");
        for page in ["features.md", "features.zh-CN.md", "classifications.md", "classifications.zh-CN.md"] {
            tree.put(&format!("docs/reference/{page}"), "# x\n");
        }
        tree
    }

    fn put(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn add(&self, name: &str, text: &str) {
        let before = fs::read_to_string(self.0.path().join(name)).unwrap();
        self.put(name, &format!("{before}{text}"));
    }

    fn types(&self, document: &str, body: &str) {
        let (d, b) = (generated::hash(document.as_bytes()), generated::hash(body.as_bytes()));
        self.put("web/src/api/gen/schema.d.ts", &format!("// openapi.json sha256 {d}; types sha256 {b}\n{body}"));
    }

    /// Exactly one thing is found, and it says this.
    fn finds(&self, word: &str) {
        let said = check(self.0.path()).unwrap();
        assert!(said.len() == 1 && said[0].contains(word), "{word}: {said:#?}");
    }
}

#[test]
fn a_tidy_tree_is_tidy() {
    assert_eq!(check(Tree::new().0.path()).unwrap(), Vec::<String>::new());
}

#[test]
fn a_room_that_reaches_too_far_is_found_in_every_table_and_under_every_name() {
    for (text, word) in [
        ("lake.workspace = true\n", "must not use `lake`"),
        ("lake = { path = \"../lake\" }\n", "must not use `lake`"),
        ("pond = { package = \"lake\", path = \"../lake\" }\n", "must not use `lake`"),
        ("pond = { path = \"../lake/\" }\n", "must not use `lake`"),
        ("ours = { path = \"../cli\" }\n", "must not use `zhiyin`"),
        ("df.workspace = true\n", "`datafusion`"),
        ("[build-dependencies]\nlake.workspace = true\n", "[build-dependencies]: must not use `lake`"),
        ("[dev-dependencies]\nlake.workspace = true\n", "[dev-dependencies]: must not use `lake`"),
        ("[target.'cfg(unix)'.dependencies]\nlake.workspace = true\n", "must not use `lake`"),
        ("[target.x86_64-unknown-linux-gnu.build-dependencies]\npond = { package = \"lake\", path = \"../lake\" }\n", "must not use `lake`"),
        ("testkit = { workspace = true }\n", "must not use `testkit`"),
    ] {
        let tree = Tree::new();
        tree.add("crates/domain/Cargo.toml", text);
        tree.finds(word);
    }
    let tree = Tree::new();
    tree.add("crates/domain/Cargo.toml", "[dev-dependencies]\ntestkit = { workspace = true }\n");
    assert!(check(tree.0.path()).unwrap().is_empty());
}

#[test]
fn a_library_behind_another_door_is_found() {
    for (text, name) in [
        ("datafusion = { workspace = true }\n", "datafusion"),
        ("datafusion-common = { workspace = true }\n", "datafusion-common"),
        ("clap_complete = { workspace = true }\n", "clap_complete"),
        ("sql = { package = \"sqlx\", workspace = true }\n", "sqlx"),
        ("[dev-dependencies]\naxum = { workspace = true }\n", "axum"),
        ("[target.'cfg(windows)'.dev-dependencies]\ngetrandom = { workspace = true }\n", "getrandom"),
    ] {
        let tree = Tree::new();
        tree.add("crates/sources/Cargo.toml", text);
        tree.finds(&format!("may name `{name}`"));
    }
}

#[test]
fn an_unknown_room_and_a_missing_one_are_found() {
    let tree = Tree::new();
    tree.put("crates/annex/Cargo.toml", "[package]\nname = \"annex\"\n");
    tree.finds("`annex` is not in the table");
    let tree = Tree::new();
    fs::remove_dir_all(tree.0.path().join("crates/models")).unwrap();
    tree.finds("`models` is in the table of rooms but does not exist");
}

#[test]
fn a_dependency_without_its_line_of_why_is_found() {
    let tree = Tree::new();
    tree.add("Cargo.toml", "rayon = \"1\"\n");
    tree.finds("why `rayon`");
    let tree = Tree::new();
    tree.add("crates/models/Cargo.toml", "[target.'cfg(unix)'.dependencies]\nlibc = \"0.2\"\n");
    tree.finds("why `libc`");
    for package in ["web/package.json", "web/tools/openapi/package.json"] {
        let tree = Tree::new();
        tree.put(package, r#"{"devDependencies":{"left-pad":"1"}}"#);
        tree.finds("why `left-pad`");
    }
}

#[test]
fn a_layer_of_the_web_app_that_looks_back_is_found() {
    for (file, line) in [
        ("areas/customers/a.ts", "import { x } from '@/areas/segments/x'"),
        ("areas/customers/a.tsx", "import { x } from \"@/areas/segments/x\""),
        ("areas/customers/a.ts", "import { x } from '../segments/x'"),
        ("areas/customers/a.ts", "const x = lazy(() => import('@/areas/segments/x'))"),
        ("areas/customers/a.ts", "import '@/areas/segments/x'"),
        ("areas/customers/a.ts", "export * from '@/areas/segments/x'"),
        ("areas/customers/deep/a.ts", "import { x } from '../../segments/x'"),
        ("areas/customers/a.ts", "} from '@/routes/x'"),
        ("parts/a.ts", "import { x } from '@/areas/customers/list'"),
        ("parts/a.ts", "import { x } from '../areas/customers/list'"),
        ("api/a.ts", "import { x } from '@/parts/x'"),
        ("i18n/a.ts", "import { x } from '@/routes/x'"),
        ("theme/a.ts", "import { x } from '@/areas/customers/list'"),
    ] {
        let tree = Tree::new();
        tree.put(&format!("web/src/{file}"), &format!("{line}\n"));
        tree.finds("must not import");
    }
    let tree = Tree::new();
    tree.put("web/src/areas/customers/a.ts", "import x from './list'\nimport y from '@/api/client'\nimport z from 'react'\nimport w from '../../parts/w'\nconst s = 'from @/areas/segments'\n");
    tree.put("web/src/routes/a.ts", "import x from '@/areas/segments/x'\n");
    assert!(check(tree.0.path()).unwrap().is_empty());
}

#[test]
fn a_text_that_one_language_lacks_or_leaves_empty_is_found() {
    let tree = Tree::new();
    tree.put("web/src/i18n/locales/en/x.json", r#"{"n_one":"1","n_other":"n"}"#);
    tree.finds("locales/en: `x.a.b` is missing");
    let tree = Tree::new();
    tree.put("web/src/i18n/locales/zh-CN/x.json", r#"{"a":{"b":"甲"},"n_other":" "}"#);
    tree.finds("locales/zh-CN: `x.n_other` is empty");
    let tree = Tree::new();
    tree.put("web/src/i18n/locales/en/y.json", r#"{"c":"C"}"#);
    tree.finds("locales/zh-CN: `y.c` is missing");
}

#[test]
fn generated_files_that_are_stale_or_changed_by_hand_are_found() {
    let tree = Tree::new();
    tree.put("crates/api/tests/it/snapshots/openapi.json", "{\"paths\":{}}\n");
    tree.finds("older than");
    let tree = Tree::new();
    tree.add("web/src/api/gen/schema.d.ts", "export interface B {}\n");
    tree.finds("changed by hand");
    let tree = Tree::new();
    tree.put("web/src/api/gen/schema.d.ts", "export interface A {}\n");
    tree.finds("does not say what it was made from");
    let tree = Tree::new();
    fs::remove_file(tree.0.path().join("docs/reference/features.md")).unwrap();
    tree.finds("features.md: is missing");
}

#[test]
fn long_files_are_found_in_every_language_of_ours() {
    for name in ["web/src/parts/a.tsx", "scripts/a.py", "scripts/a.sh", "web/tools/a.mjs", "tests/independent/a.py"] {
        let tree = Tree::new();
        tree.put(name, &"\n".repeat(LONGEST + 1));
        tree.finds("is there a second noun inside?");
    }
}
