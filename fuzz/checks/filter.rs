//! The filter language: whatever is typed means something or says where not, and means the same when written again.

use butterfly_console::model::POINTER_FIELDS;
use butterfly_console::model::filter::Filter;

/// One case.
pub fn check(text: &str) {
    let (filter, problem) = Filter::parse_typed(text, POINTER_FIELDS);
    assert_eq!(problem.is_none(), Filter::parse(text, POINTER_FIELDS).is_ok());
    let written = filter.to_string();
    let again = Filter::parse(&written, POINTER_FIELDS).expect("what was written is read again");
    assert!(again.means_the_same(&filter), "{text:?} became {written:?}");
}
