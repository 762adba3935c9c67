//! An expression made ready to run: parsed, watched at every step, compiled.
//!
//! The library has no hook that could stop an expression. So a filter of ours, `butterfly_step`, is put
//! wherever values flow: before the body of every definition (the library's own too), before the right side
//! of every pipe, behind every argument and behind what is collected into a list. It passes its input on, or
//! ends the run in the way of `halt`, which nothing can catch.

use super::limits::Watch;
use jaq_core::load::lex::{Lexer, StrPart};
use jaq_core::load::parse::{BinaryOp, Def, Parser, Pattern, Term};
use jaq_core::load::{Arena, File, Loader};
use jaq_core::path::{Part, Path};
use jaq_core::{Compiler, DataT, Exn, Filter, Lut, Native, data::HasLut};
use jaq_json::Val;

/// The filter that is put everywhere.
const STEP: &str = "butterfly_step";
/// What the expression itself is called.
const EXPRESSION: &str = "butterfly_expression";
/// Filters of the library that have no business here: one shows the environment, and with it secrets; the
/// others write what they see to the log.
const LEFT_OUT: [&str; 3] = ["env", "debug_empty", "stderr_empty"];

/// What filters work with.
pub(super) struct Data;

/// What every filter can reach while it runs.
#[derive(Clone, Copy)]
pub(super) struct Reach<'a> {
    pub(super) lut: &'a Lut<Data>,
    pub(super) watch: &'a Watch,
}

impl DataT for Data {
    type V<'a> = Val;
    type Data<'a> = Reach<'a>;
}

impl<'a> HasLut<'a, Data> for Reach<'a> {
    fn lut(&self) -> &'a Lut<Data> {
        self.lut
    }
}

/// Makes an expression ready; says in words what is wrong with it otherwise.
pub(super) fn compile(expression: &str) -> Result<Filter<Data>, String> {
    let own = Def {
        name: EXPRESSION,
        args: Vec::new(),
        body: watched(parse(expression)?),
    };
    let library = jaq_core::defs()
        .chain(jaq_std::defs())
        .chain(jaq_json::defs())
        .map(|definition| Def {
            body: watched(definition.body),
            ..definition
        });
    let arena = Arena::default();
    let program = File {
        code: EXPRESSION,
        path: (),
    };
    let modules = Loader::new(library.chain([own]))
        .load(&arena, program)
        .map_err(|_| "it cannot be read".to_owned())?;
    let functions = jaq_core::funs::<Data>()
        .chain(jaq_std::funs::<Data>())
        .chain(jaq_json::funs::<Data>())
        .filter(|(name, ..)| !LEFT_OUT.contains(name))
        .chain([step(), silent("debug_empty"), silent("stderr_empty")]);
    Compiler::default()
        .with_funs(functions)
        .compile(modules)
        .map_err(|errors| undefined(&errors))
}

fn step() -> jaq_core::native::Fun<Data> {
    let native = Native::<Data>::new(|(context, value)| {
        let going_on = context.data().watch.step();
        Box::new(std::iter::once(
            going_on.map(|()| value).map_err(|stop| Exn::halt(stop.code())),
        ))
    })
    .with_paths(|(context, (value, path))| {
        let going_on = context.data().watch.step();
        Box::new(std::iter::once(
            going_on
                .map(|()| (value, path))
                .map_err(|stop| Exn::halt(stop.code())),
        ))
    })
    .with_update(|(context, value), update| match context.data().watch.step() {
        Ok(()) => update(value),
        Err(stop) => Box::new(std::iter::once(Err(Exn::halt(stop.code())))),
    });
    (STEP, Box::new([]), native)
}

/// A filter without an output.
fn silent(name: &'static str) -> jaq_core::native::Fun<Data> {
    (
        name,
        Box::new([]),
        Native::<Data>::new(|_| Box::new(std::iter::empty())),
    )
}

fn parse(expression: &str) -> Result<Term<&str>, String> {
    let tokens = Lexer::new(expression).lex().map_err(|errors| {
        let (expected, found) = errors.into_iter().next().unwrap_or_else(|| {
            unreachable!("a lexer that fails says why");
        });
        expectation(expected.as_str(), first_of(found), expression, Some(found))
    })?;
    Parser::new(&tokens)
        .parse(|parser| parser.term())
        .map_err(|errors| {
            let Some((expected, found)) = errors.into_iter().next() else {
                return "it cannot be read".to_owned();
            };
            let found = found.map(|token| token.0);
            expectation(
                expected.as_str(),
                found.map_or("", |text| text),
                expression,
                found,
            )
        })
}

/// The first word of what was found.
fn first_of(text: &str) -> &str {
    text.char_indices().nth(1).map_or(text, |(end, _)| &text[..end])
}

fn expectation(expected: &str, found: &str, whole: &str, place: Option<&str>) -> String {
    let column = place.map(|place| whole.len().saturating_sub(trailing(whole, place)));
    let column = column.map(|start| whole[..start.min(whole.len())].chars().count() + 1);
    match (found, column) {
        ("", _) | (_, None) => format!("it is not finished: {expected} is expected"),
        (found, Some(column)) => {
            let found: String = found.chars().take(20).collect();
            format!("column {column}: {expected} is expected, not {found}")
        }
    }
}

/// How much of the whole is left from where a part of it begins.
fn trailing(whole: &str, part: &str) -> usize {
    whole.len() - jaq_core::load::span(whole, part).start
}

fn undefined<P>(errors: &jaq_core::compile::Errors<&str, P>) -> String {
    let first = errors.iter().flat_map(|(_, errors)| errors).next();
    match first {
        Some((name, jaq_core::compile::Undefined::Filter(arity))) if *arity > 0 => {
            format!("there is no filter {name} with {arity} arguments")
        }
        Some((name, what)) => format!("there is no {} {name}", what.as_str()),
        None => "it cannot be made ready".to_owned(),
    }
}

fn pipe<'s>(left: Term<&'s str>, right: Term<&'s str>) -> Term<&'s str> {
    Term::BinOp(Box::new(left), BinaryOp::Pipe(None), Box::new(right))
}

fn step_term<'s>() -> Term<&'s str> {
    Term::Call(STEP, Vec::new())
}

/// A term whose every evaluation is a step.
fn watched(term: Term<&str>) -> Term<&str> {
    pipe(step_term(), within(term))
}

/// A term whose every output is a step.
fn counted(term: Term<&str>) -> Term<&str> {
    pipe(within(term), step_term())
}

/// The term with a step wherever values flow within it.
fn within(term: Term<&str>) -> Term<&str> {
    let boxed = |term: Box<Term<_>>| Box::new(within(*term));
    match term {
        Term::Str(format, parts) => Term::Str(
            format,
            parts
                .into_iter()
                .map(|part| match part {
                    StrPart::Term(term) => StrPart::Term(counted(term)),
                    other => other,
                })
                .collect(),
        ),
        Term::Arr(Some(inner)) => Term::Arr(Some(Box::new(counted(*inner)))),
        Term::Obj(members) => Term::Obj(
            members
                .into_iter()
                .map(|(key, value)| (within(key), value.map(counted)))
                .collect(),
        ),
        Term::Neg(inner) => Term::Neg(boxed(inner)),
        Term::BinOp(left, BinaryOp::Pipe(pattern), right) => Term::BinOp(
            boxed(left),
            BinaryOp::Pipe(pattern.map(pattern_within)),
            Box::new(watched(*right)),
        ),
        Term::BinOp(left, operator, right) => Term::BinOp(boxed(left), operator, boxed(right)),
        Term::Label(name, inner) => Term::Label(name, boxed(inner)),
        Term::Fold(name, source, pattern, bodies) => Term::Fold(
            name,
            Box::new(counted(*source)),
            pattern_within(pattern),
            bodies.into_iter().map(watched).collect(),
        ),
        Term::TryCatch(tried, caught) => {
            Term::TryCatch(boxed(tried), caught.map(|caught| Box::new(watched(*caught))))
        }
        Term::IfThenElse(branches, otherwise) => Term::IfThenElse(
            branches
                .into_iter()
                .map(|(condition, then)| (counted(condition), within(then)))
                .collect(),
            otherwise.map(boxed),
        ),
        Term::Def(definitions, then) => Term::Def(
            definitions
                .into_iter()
                .map(|definition| Def {
                    body: watched(definition.body),
                    ..definition
                })
                .collect(),
            boxed(then),
        ),
        Term::Call(name, arguments) => Term::Call(name, arguments.into_iter().map(argument).collect()),
        Term::Path(from, Path(parts)) => {
            let parts = parts.into_iter().map(|(part, optional)| {
                let part = match part {
                    Part::Index(index) => Part::Index(within(index)),
                    Part::Range(from, until) => Part::Range(from.map(within), until.map(within)),
                };
                (part, optional)
            });
            Term::Path(boxed(from), Path(parts.collect()))
        }
        other => other,
    }
}

/// An argument that is a name alone stays as it is: definitions hand such ones on to themselves, which only
/// then costs no depth.
fn argument(term: Term<&str>) -> Term<&str> {
    match term {
        Term::Call(name, arguments) if arguments.is_empty() => Term::Call(name, arguments),
        Term::Var(name) => Term::Var(name),
        other => counted(other),
    }
}

fn pattern_within(pattern: Pattern<&str>) -> Pattern<&str> {
    match pattern {
        Pattern::Obj(members) => Pattern::Obj(
            members
                .into_iter()
                .map(|(key, pattern)| (within(key), pattern_within(pattern)))
                .collect(),
        ),
        Pattern::Arr(items) => Pattern::Arr(items.into_iter().map(pattern_within).collect()),
        other => other,
    }
}
