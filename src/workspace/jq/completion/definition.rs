//! `def name(a; $b): …;`: what begins a function, read as a whole. Pure.

/// Whether a name of jq may have this letter in it.
pub(super) fn is_of_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// A function that can be called where it is in scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Function<'a> {
    pub(super) name: &'a str,
    /// Whether it is called with brackets.
    pub(super) takes_arguments: bool,
}

/// The beginning of a definition, up to its body.
pub(super) struct Signature<'a> {
    pub(super) function: Function<'a>,
    /// What it is given, each as it is written.
    parameters: Vec<&'a str>,
    /// Where its body begins.
    pub(super) body: usize,
}

impl<'a> Signature<'a> {
    /// Reads on behind `def`; none as long as it is not whole: who names something makes the name up.
    pub(super) fn read(text: &'a str, behind: usize) -> Option<Self> {
        let (head, _) = text[behind..].split_once(':')?;
        let body = behind + head.len() + 1;
        let head = head.trim();
        let (name, inside) = match head.split_once('(') {
            Some((name, rest)) => (name.trim_end(), Some(rest.strip_suffix(')')?)),
            None => (head, None),
        };
        let parameters: Vec<&str> = inside
            .into_iter()
            .flat_map(|inside| inside.split(';'))
            .map(str::trim)
            .collect();
        let is_name = |name: &str| !name.is_empty() && name.chars().all(is_of_name);
        let are_names = parameters
            .iter()
            .all(|parameter| is_name(parameter.strip_prefix('$').unwrap_or(parameter)));
        let function = Function {
            name,
            takes_arguments: inside.is_some(),
        };
        (is_name(name) && are_names).then_some(Self {
            function,
            parameters,
            body,
        })
    }

    /// What can be called in the body: the function itself, and what it is given.
    pub(super) fn functions(&self) -> impl Iterator<Item = Function<'a>> {
        let given = self.parameters.iter().map(|parameter| Function {
            name: parameter.strip_prefix('$').unwrap_or(parameter),
            takes_arguments: false,
        });
        std::iter::once(self.function).chain(given)
    }

    /// Values that have names in the body, with their `$`.
    pub(super) fn variables(&self) -> impl Iterator<Item = &'a str> {
        self.parameters
            .iter()
            .copied()
            .filter(|parameter| parameter.starts_with('$'))
    }
}
