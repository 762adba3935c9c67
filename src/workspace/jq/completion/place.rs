//! Where the cursor stands in an expression that is being written: what is begun there, and on what it would work. Pure.
//!
//! An unfinished expression has no syntax tree. So it is read from its beginning to the cursor, as far as is needed to
//! know which brackets are open, what was piped into each of them, and which term is being written.

/// What can go on at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JqPlace {
    /// The byte at which what is begun begins.
    pub from: usize,
    /// What is begun: `.addr`, `sel`, or nothing yet.
    pub begun: String,
    /// What may go there.
    pub(super) slot: Slot,
    /// An expression for what it works on.
    pub(super) of: String,
}

/// What may go somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// A step further in: `.name`, or into a list.
    Step,
    /// The same, where there is no term before it to which brackets could be put.
    First,
    /// What stands between brackets behind a term.
    Index,
    /// A name in an object that is built.
    Name,
    /// A filter, by its name.
    Filter,
    /// Anything: nothing is begun.
    Anything,
}

/// What opened a level of the expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opened<'a> {
    Whole,
    Group,
    Call(&'a str),
    /// Brackets behind a term that begins at this byte.
    Index(usize),
    List,
    Object,
    Text,
}

impl Opened<'_> {
    /// What ends it.
    fn end(self) -> Option<char> {
        match self {
            Self::Whole => None,
            Self::Group | Self::Call(_) => Some(')'),
            Self::Index(_) | Self::List => Some(']'),
            Self::Object => Some('}'),
            Self::Text => Some('"'),
        }
    }
}

struct Level<'a> {
    opened: Opened<'a>,
    /// Where what is within begins: behind the bracket, or behind the last `;`.
    start: usize,
    /// Whether no `;` came yet.
    is_first_argument: bool,
    /// Where the last stage begins, whether or not its input is that of the level.
    stage: usize,
    /// The pipe before which everything is input of what is written.
    piped: Option<usize>,
    /// Whether a name is expected, in an object.
    wants_name: bool,
    term: Option<Term>,
}

#[derive(Clone, Copy)]
struct Term {
    start: usize,
    /// The dot of its last step, if nothing but a name may follow.
    step: Option<usize>,
}

impl<'a> Level<'a> {
    fn new(opened: Opened<'a>, start: usize) -> Self {
        Self {
            opened,
            start,
            is_first_argument: true,
            stage: start,
            piped: None,
            wants_name: opened == Opened::Object,
            term: None,
        }
    }

    /// The term that is being written, which begins here unless it did before.
    fn term_from(&mut self, at: usize) -> &mut Term {
        self.term.get_or_insert(Term {
            start: at,
            step: None,
        })
    }
}

/// Where the end of this text stands in the expression that it begins; none where nothing can be said.
pub fn place(text: &str) -> Option<JqPlace> {
    let levels = levels(text)?;
    let level = levels.last()?;
    let input = input(text, &levels)?;
    let nothing_begun = |slot, of| {
        Some(JqPlace {
            from: text.len(),
            begun: String::new(),
            slot,
            of,
        })
    };
    let Some(term) = level.term else {
        return match level.opened {
            Opened::Text => None,
            Opened::Index(owner) if text.len() == level.start => {
                let outer = &levels[..levels.len() - 1];
                let owner = text[owner..level.start - 1].trim_end_matches('.');
                nothing_begun(Slot::Index, joined(&self::input(text, outer)?, owner))
            }
            _ if !expects_term(text) => None,
            Opened::Object if level.wants_name => nothing_begun(Slot::Name, input),
            _ => nothing_begun(Slot::Anything, input),
        };
    };
    let (from, slot, of) = match term.step {
        Some(dot) if dot == term.start => (dot, Slot::First, input),
        Some(dot) => (dot, Slot::Step, joined(&input, &text[term.start..dot])),
        None if level.opened == Opened::Object && level.wants_name => (term.start, Slot::Name, input),
        None => (term.start, Slot::Filter, input),
    };
    let begun = &text[from..];
    let letters = begun.strip_prefix('.').unwrap_or(begun);
    let is_name = letters.is_empty() || is_plain(letters);
    is_name.then(|| JqPlace {
        from,
        begun: begun.to_owned(),
        slot,
        of,
    })
}

/// Whether a term may begin here: behind a bracket, something that divides or an operator, and not behind a term.
fn expects_term(text: &str) -> bool {
    let before = text.trim_end();
    let word = before
        .rsplit(|letter| !is_of_name(letter))
        .next()
        .unwrap_or_default();
    if !word.is_empty() {
        return ["if", "then", "elif", "else", "and", "or", "try", "catch"].contains(&word);
    }
    before
        .chars()
        .next_back()
        .is_none_or(|last| !")]}\".?".contains(last))
}

/// Whether jq takes a name as it is.
pub(super) fn is_plain(name: &str) -> bool {
    let begins = name.starts_with(|letter: char| is_of_name(letter) && !letter.is_ascii_digit());
    begins && name.chars().all(is_of_name)
}

fn is_of_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

fn joined(input: &str, path: &str) -> String {
    match (input, path) {
        (input, "") => input.to_owned(),
        (".", path) => path.to_owned(),
        (input, path) => format!("{input} | {path}"),
    }
}

/// What flows into what is written on the innermost level; none where only running the expression could tell.
fn input(text: &str, levels: &[Level<'_>]) -> Option<String> {
    let mut pieces: Vec<String> = Vec::new();
    for level in levels {
        if let Opened::Call(name) = level.opened {
            pieces.extend(
                given_by(name)
                    .filter(|_| level.is_first_argument)
                    .map(str::to_owned),
            );
        }
        if ["reduce ", "foreach "]
            .iter()
            .any(|word| text[level.start..].starts_with(word))
        {
            return None;
        }
        if let Some(pipe) = level.piped {
            pieces.push(format!("({})", text[level.start..pipe].trim()));
        }
    }
    Some(if pieces.is_empty() {
        ".".to_owned()
    } else {
        pieces.join(" | ")
    })
}

/// What a filter gives to its argument, where that is not its own input.
fn given_by(filter: &str) -> Option<&'static str> {
    match filter {
        "map" | "map_values" | "any" | "all" | "sort_by" | "group_by" | "unique_by" | "min_by" | "max_by" => {
            Some(".[]?")
        }
        "with_entries" => Some("(to_entries[])?"),
        _ => None,
    }
}

/// The levels that are open at the end of the text, the outermost first; none for a bracket that nothing opened, and
/// in a comment.
fn levels(text: &str) -> Option<Vec<Level<'_>>> {
    let mut levels = vec![Level::new(Opened::Whole, 0)];
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let level = levels.last_mut()?;
        if level.opened == Opened::Text {
            match letter {
                '"' => close(&mut levels, letter)?,
                '\\' => {
                    if let Some((at, '(')) = letters.next() {
                        levels.push(Level::new(Opened::Group, at + 1));
                    }
                }
                _ => {}
            }
            continue;
        }
        match letter {
            '.' => {
                let follows_dot = text[..at].ends_with('.');
                level.term_from(at).step = (!follows_dot).then_some(at);
            }
            '$' | '@' => {
                level.term = None;
                level.term_from(at);
            }
            '?' => {}
            '"' => {
                level.term_from(at).step = None;
                levels.push(Level::new(Opened::Text, at + 1));
            }
            '[' | '(' | '{' => {
                let opened = opened(text, level.term, at, letter);
                level.term_from(at).step = None;
                levels.push(Level::new(opened, at + 1));
            }
            ']' | ')' | '}' => close(&mut levels, letter)?,
            '#' => return None,
            letter if is_of_name(letter) => {
                level.term_from(at);
            }
            _ => {
                level.term = None;
                divide(text, level, at, letter);
                if letter == '|' {
                    // `|=` hands on what it changes, as a pipe does.
                    letters.next_if(|(_, next)| *next == '=');
                }
            }
        }
    }
    Some(levels)
}

fn opened<'a>(text: &'a str, term: Option<Term>, at: usize, letter: char) -> Opened<'a> {
    match (letter, term) {
        ('[', Some(term)) => Opened::Index(term.start),
        ('[', None) => Opened::List,
        ('{', _) => Opened::Object,
        (_, Some(term)) => Opened::Call(&text[term.start..at]),
        (_, None) => Opened::Group,
    }
}

/// Leaves the innermost level, if this ends it.
fn close(levels: &mut Vec<Level<'_>>, letter: char) -> Option<()> {
    let closed = levels.pop()?;
    (closed.opened.end() == Some(letter)).then_some(())
}

/// What divides the parts of an expression: what is written behind it has another input, or begins anew.
fn divide(text: &str, level: &mut Level<'_>, at: usize, letter: char) {
    match letter {
        '|' => {
            // What a name is given to leaves the input as it was.
            if !text[level.stage..at].contains(" as ") {
                level.piped = Some(at);
            }
            level.stage = at + 1;
        }
        ';' => {
            level.start = at + 1;
            level.stage = at + 1;
            level.piped = None;
            level.is_first_argument = false;
        }
        ',' => level.wants_name = level.opened == Opened::Object,
        ':' => level.wants_name = false,
        _ => {}
    }
}
