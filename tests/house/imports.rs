//! Which file imports from which, as far as `use` tells: names that a module hands on are followed to where they are
//! made, so that a folder's `mod.rs` is no detour by which two files could lean on each other. Tests may lean on
//! anything, and are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A module by its path from the root of the crate.
pub type Module = Vec<String>;

/// One name that is imported.
struct Import {
    path: Vec<String>,
    is_handed_on: bool,
}

/// Files and what each imports.
#[derive(Default)]
pub struct Imports {
    imports: BTreeMap<Module, Vec<Import>>,
    /// Names that a module hands on, and where it has them from.
    handed_on: BTreeMap<Module, BTreeMap<String, Vec<String>>>,
}

impl Imports {
    /// Of all files of a crate, by the folder of its root.
    pub fn of_crate(folder: &Path) -> Self {
        let mut sources = BTreeMap::new();
        collect(folder, &mut Vec::new(), &mut sources);
        Self::of(sources)
    }

    /// Of sources by their modules.
    pub fn of(sources: BTreeMap<Module, String>) -> Self {
        let mut all = Self::default();
        for (module, source) in &sources {
            all.imports.insert(module.clone(), imports_in(source));
        }
        for (module, imports) in &all.imports {
            for import in imports.iter().filter(|import| import.is_handed_on) {
                if let Some(path) = all.path_from_root(module, &import.path)
                    && let Some(name) = path.last()
                {
                    let names = all.handed_on.entry(module.clone()).or_default();
                    names.insert(name.clone(), path.clone());
                }
            }
        }
        all
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.imports.len()
    }

    /// Files that import from each other, by whatever detour: one of all such circles, if there is any.
    pub fn circle(&self) -> Option<Vec<String>> {
        let arrows: BTreeMap<&Module, BTreeSet<Module>> = self
            .imports
            .keys()
            .map(|module| (module, self.imported_by(module)))
            .collect();
        let mut left: BTreeSet<&Module> = arrows.keys().copied().collect();
        // Whoever imports from nobody that is left can be in no circle; so on until nothing changes.
        loop {
            let free: Vec<&Module> = left
                .iter()
                .copied()
                .filter(|module| arrows[*module].iter().all(|other| !left.contains(other)))
                .collect();
            if free.is_empty() {
                break;
            }
            free.iter().for_each(|module| {
                left.remove(*module);
            });
        }
        // From any of the others one comes back to where one was.
        let mut way: Vec<&Module> = vec![left.first().copied()?];
        loop {
            let here = way[way.len() - 1];
            let next = arrows[here].iter().find_map(|other| left.get(other).copied())?;
            if let Some(place) = way.iter().position(|passed| *passed == next) {
                let circle = way[place..].iter().chain([&next]);
                return Some(circle.map(|module| module.join("::")).collect());
            }
            way.push(next);
        }
    }

    fn imported_by(&self, module: &Module) -> BTreeSet<Module> {
        let resolved = |import: &Import| {
            let target = self.resolve(self.path_from_root(module, &import.path)?, 0)?;
            // A folder that hands on what its files make does not lean on them by that.
            let is_own = import.is_handed_on && target.starts_with(module);
            (target != *module && !is_own).then_some(target)
        };
        self.imports[module].iter().filter_map(resolved).collect()
    }

    /// The path from the root; none for what other crates make.
    fn path_from_root(&self, module: &Module, path: &[String]) -> Option<Vec<String>> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => Some(rest.to_vec()),
            "super" => {
                let ups = path.iter().take_while(|step| *step == "super").count();
                let base = module.get(..module.len().checked_sub(ups)?)?;
                Some([base, &path[ups..]].concat())
            }
            _ => {
                let child = [module.as_slice(), std::slice::from_ref(first)].concat();
                let is_child = self.imports.contains_key(&child);
                is_child.then(|| [module, path].concat())
            }
        }
    }

    /// The file in which what stands at this path is made.
    fn resolve(&self, path: Vec<String>, detours: u32) -> Option<Module> {
        let end = (1..=path.len())
            .rev()
            .find(|end| self.imports.contains_key(&path[..*end]))?;
        let (module, rest) = path.split_at(end);
        let handed = rest
            .first()
            .and_then(|name| self.handed_on.get(module)?.get(name));
        match handed {
            Some(from) if detours < 8 && from[..] != path[..=end] => {
                self.resolve([from, &rest[1..]].concat(), detours + 1)
            }
            _ => Some(module.to_vec()),
        }
    }
}

fn collect(folder: &Path, module: &mut Module, sources: &mut BTreeMap<Module, String>) {
    for entry in fs::read_dir(folder).expect("a folder of the project") {
        let path = entry.expect("an entry of it").path();
        let name = path
            .file_stem()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if matches!(name, "tests" | "fake") {
            continue;
        }
        let is_root = matches!(name, "mod" | "lib" | "main");
        if !is_root {
            module.push(name.to_owned());
        }
        if path.is_dir() {
            collect(&path, module, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&path).expect("a source can be read");
            sources.insert(module.clone(), source);
        }
        if !is_root {
            module.pop();
        }
    }
}

/// What a source imports, its comments and its tests left out.
fn imports_in(source: &str) -> Vec<Import> {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default());
    statements(&lines.collect::<Vec<_>>().join(" "))
}

/// Every `use …;`, its braces spread out.
fn statements(code: &str) -> Vec<Import> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(place) = rest.find("use ") {
        let before = rest[..place].trim_end();
        let begins =
            before.is_empty() || before.ends_with([';', '}', '{', ')', ']']) || before.ends_with("pub");
        rest = &rest[place + 4..];
        let Some(end) = rest.find(';').filter(|_| begins) else {
            continue;
        };
        let is_handed_on = before.ends_with("pub") || before.ends_with(')');
        for path in spread(&rest[..end]) {
            found.push(Import { path, is_handed_on });
        }
        rest = &rest[end..];
    }
    found
}

/// `a::{b, c::{d, e}}` as `a::b`, `a::c::d` and `a::c::e`.
fn spread(tree: &str) -> Vec<Vec<String>> {
    let tree = tree.trim();
    let steps = |path: &str| -> Vec<String> {
        let path = path.split(" as ").next().unwrap_or_default();
        let steps = path.split("::").map(|step| step.trim().to_owned());
        steps.filter(|step| !step.is_empty() && step != "self").collect()
    };
    let Some((base, inner)) = tree.split_once('{') else {
        return vec![steps(tree)];
    };
    let inner = inner.strip_suffix('}').unwrap_or(inner);
    let mut parts = vec![String::new()];
    let mut depth = 0;
    for letter in inner.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().expect("there is always one").push(letter);
    }
    let parts = parts.iter().filter(|part| !part.trim().is_empty());
    let base = steps(base);
    parts
        .flat_map(|part| spread(part))
        .map(|path| [base.clone(), path].concat())
        .collect()
}
