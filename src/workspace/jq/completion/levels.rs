//! An expression as far as it is written. Pure.
//!
//! An unfinished expression has no syntax tree. So it is read from its beginning to the cursor, as far as is needed to
//! know which brackets and branches are open, what was piped into each of them, which values and functions have names there, and
//! which term is being written.

use super::definition::{Function, Signature, is_of_name};

/// What opened a level of the expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opened<'a> {
    Whole,
    Group,
    Call(&'a str),
    /// What `reduce` or `foreach` do with each value of this, which has a name: `.items[] as $item`.
    Fold(&'a str),
    /// Brackets behind a term that begins at this byte.
    Index(usize),
    List,
    Object,
    Text,
    /// From `if` to `end`.
    Branch,
    /// From the colon of a `def`, which begins at this byte, to its semicolon.
    Definition(usize, Function<'a>),
}

impl Opened<'_> {
    /// What ends it.
    fn end(self) -> Option<char> {
        match self {
            Self::Whole | Self::Branch | Self::Definition(..) => None,
            Self::Group | Self::Call(_) | Self::Fold(_) => Some(')'),
            Self::Index(_) | Self::List => Some(']'),
            Self::Object => Some('}'),
            Self::Text => Some('"'),
        }
    }
}

/// Something that was opened and is not closed.
pub(super) struct Level<'a> {
    pub(super) opened: Opened<'a>,
    /// Where what flows begins: behind the bracket, or behind what divided it last.
    pub(super) start: usize,
    /// How many arguments came before this one.
    pub(super) arguments: usize,
    /// The first of them, once it is whole.
    pub(super) first_argument: &'a str,
    /// Where the last stage begins.
    stage: usize,
    /// The pipe before which everything is input of what is written.
    pub(super) piped: Option<usize>,
    /// Whether what stands before that pipe gave a name to something.
    pub(super) is_named: bool,
    /// Whether a name is expected, in an object.
    pub(super) wants_name: bool,
    /// Whether names are being given: behind `as`.
    pub(super) is_pattern: bool,
    /// Names that were given, with their `$`.
    pub(super) variables: Vec<&'a str>,
    /// How many of them hold for every argument.
    lasting: usize,
    /// Functions that were defined.
    pub(super) functions: Vec<Function<'a>>,
    /// Where their definitions stand.
    pub(super) definitions: Option<(usize, usize)>,
    /// The fold whose source is being written.
    fold: Option<Fold>,
    pub(super) term: Option<Term>,
}

/// `reduce` or `foreach`, before its bracket.
#[derive(Clone, Copy)]
struct Fold {
    start: usize,
    source: usize,
    /// How many names were given before.
    variables: usize,
}

/// What is being written.
#[derive(Clone, Copy)]
pub(super) struct Term {
    pub(super) start: usize,
    /// The dot of its last step, if nothing but a name may follow.
    pub(super) step: Option<usize>,
}

impl<'a> Level<'a> {
    fn new(opened: Opened<'a>, start: usize) -> Self {
        Self {
            opened,
            start,
            arguments: 0,
            first_argument: "",
            stage: start,
            piped: None,
            is_named: false,
            wants_name: opened == Opened::Object,
            is_pattern: false,
            variables: Vec::new(),
            functions: Vec::new(),
            definitions: None,
            lasting: 0,
            fold: None,
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

    /// What is written from here on has the input of the level.
    fn begin_anew(&mut self, start: usize) {
        self.start = start;
        self.stage = start;
        self.piped = None;
        self.is_named = false;
        self.variables.truncate(self.lasting);
        self.functions.clear();
        self.definitions = None;
    }

    /// What divides the parts of an expression: what is written behind it has another input, or begins anew.
    fn divide(&mut self, text: &'a str, at: usize, letter: char) {
        match letter {
            '|' => {
                self.piped = Some(at);
                // What a name is given to leaves the input as it was.
                self.is_named = text[self.stage..at].contains(" as ");
                self.is_pattern = false;
                self.stage = at + 1;
            }
            ';' => {
                if self.arguments == 0 {
                    self.first_argument = text[self.start..at].trim();
                }
                self.arguments += 1;
                self.begin_anew(at + 1);
            }
            ',' if self.opened == Opened::Object && !self.is_pattern => {
                self.begin_anew(at + 1);
                self.wants_name = true;
            }
            ':' if self.opened == Opened::Object && !self.is_pattern => {
                self.begin_anew(at + 1);
                self.wants_name = false;
            }
            _ => {}
        }
    }
}

/// The levels that are open at the end of the text, the outermost first; none for what nothing opened, and in a
/// comment.
pub(super) fn levels(text: &str) -> Option<Vec<Level<'_>>> {
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
                let name = word(text, at + 1);
                if letter == '$' && level.is_pattern && at + 1 + name.len() < text.len() {
                    level.variables.push(&text[at..=at + name.len()]);
                }
            }
            '?' => {}
            '"' => {
                level.term_from(at).step = None;
                levels.push(Level::new(Opened::Text, at + 1));
            }
            '[' | '(' | '{' => {
                let inner = open(text, level, at, letter);
                levels.push(inner);
            }
            ']' | ')' | '}' => close(&mut levels, letter)?,
            '#' => return None,
            ';' if matches!(level.opened, Opened::Definition(..)) => end_definition(&mut levels, at)?,
            letter if is_of_name(letter) => {
                let begins = level.term.is_none() && !level.wants_name;
                let word = word(text, at);
                if begins && word == "def" && at + word.len() < text.len() {
                    let signature = Signature::read(text, at + word.len())?;
                    let body = signature.body;
                    levels.push(begin_definition(&signature, at));
                    while letters.next_if(|(next, _)| *next < body).is_some() {}
                    continue;
                }
                level.term_from(at);
                // A word that is still being written is none yet.
                if begins && at + word.len() < text.len() {
                    keyword(&mut levels, at, word)?;
                    (1..word.len()).for_each(|_| {
                        letters.next();
                    });
                }
            }
            _ => {
                level.term = None;
                level.divide(text, at, letter);
                if letter == '|' {
                    // `|=` hands on what it changes, as a pipe does.
                    letters.next_if(|(_, next)| *next == '=');
                }
            }
        }
    }
    Some(levels)
}

/// What stands in the body of a definition.
fn begin_definition<'a>(signature: &Signature<'a>, at: usize) -> Level<'a> {
    let mut body = Level::new(Opened::Definition(at, signature.function), signature.body);
    body.functions = signature.functions().collect();
    body.variables = signature.variables().collect();
    body
}

/// A definition is whole: what stood before it goes on, and can call it.
fn end_definition(levels: &mut Vec<Level<'_>>, at: usize) -> Option<()> {
    let Some(Opened::Definition(start, function)) = levels.pop().map(|body| body.opened) else {
        return None;
    };
    let level = levels.last_mut()?;
    level.functions.push(function);
    let first = level.definitions.map_or(start, |(first, _)| first);
    level.definitions = Some((first, at + 1));
    Some(())
}

/// The word that begins here.
fn word(text: &str, at: usize) -> &str {
    let end = text[at..].find(|letter| !is_of_name(letter));
    &text[at..end.map_or(text.len(), |end| at + end)]
}

/// What a word does to the levels, if it is one of jq's own; none for an end of what was not begun.
fn keyword(levels: &mut Vec<Level<'_>>, at: usize, word: &str) -> Option<()> {
    let level = levels.last_mut()?;
    let behind = at + word.len();
    match word {
        // The term that it begins goes on behind its `end`.
        "if" => levels.push(Level::new(Opened::Branch, behind)),
        "then" | "elif" | "else" if level.opened == Opened::Branch => {
            level.begin_anew(behind);
            level.term = None;
        }
        "end" if level.opened == Opened::Branch => {
            levels.pop();
        }
        "then" | "elif" | "else" | "end" => return None,
        "as" => {
            level.is_pattern = true;
            level.term = None;
        }
        "reduce" | "foreach" => {
            level.fold = Some(Fold {
                start: at,
                source: behind,
                variables: level.variables.len(),
            });
            level.term = None;
        }
        _ => {}
    }
    Some(())
}

/// What a bracket opens.
fn open<'a>(text: &'a str, level: &mut Level<'a>, at: usize, letter: char) -> Level<'a> {
    if letter == '('
        && level.is_pattern
        && let Some(fold) = level.fold.take()
    {
        level.is_pattern = false;
        level.term = Some(Term {
            start: fold.start,
            step: None,
        });
        let mut inner = Level::new(Opened::Fold(text[fold.source..at].trim()), at + 1);
        inner.variables = level
            .variables
            .split_off(fold.variables.min(level.variables.len()));
        inner.lasting = inner.variables.len();
        return inner;
    }
    let term = level.term;
    level.term_from(at).step = None;
    let opened = match (letter, term) {
        ('[', Some(term)) if !level.is_pattern => Opened::Index(term.start),
        ('[', _) => Opened::List,
        ('{', _) => Opened::Object,
        (_, Some(term)) => Opened::Call(&text[term.start..at]),
        (_, None) => Opened::Group,
    };
    let mut inner = Level::new(opened, at + 1);
    // A pattern names what is within.
    inner.is_pattern = level.is_pattern;
    inner
}

/// Leaves the innermost level, if this ends it.
fn close(levels: &mut Vec<Level<'_>>, letter: char) -> Option<()> {
    let closed = levels.pop()?;
    if closed.opened.end() != Some(letter) {
        return None;
    }
    if closed.is_pattern {
        levels.last_mut()?.variables.extend(closed.variables);
    }
    Some(())
}
