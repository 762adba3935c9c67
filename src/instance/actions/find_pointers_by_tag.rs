//! `find_pointers_by_tag {tag}` → a page as `list_pointers` gives it: the pointers that bear exactly this tag.

use super::parameter::{AFTER, DESCENDING, FILTER, LIMIT, OFFSET, SORT};
use super::{Access, Action, Answer, Call, DomainRole, Kind, Parameter, check, page};
use crate::store::PointerQuery;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "find_pointers_by_tag",
    help: "Lists the pointers that bear a tag; without a limit, all of them.",
    access: Access::Granted,
    writes: false,
    destroys: |_| false,
    within: Some(DomainRole::Reader),
    parameters: &[
        Parameter::required("tag", Kind::Text, "the whole tag").naming("tag"),
        FILTER,
        SORT,
        DESCENDING,
        LIMIT,
        AFTER,
        OFFSET,
    ],
    result: "{count, total, pointers: [pointer], next, filter?, sort?, descending?}",
    errors: &[],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let tag = call.query.text("tag")?;
    check::tags(&[tag.to_owned()])?;
    let wanted = PointerQuery {
        bearing: Some(tag.to_owned()),
        ..PointerQuery::default()
    };
    page::read(call, wanted, None).await?.into_answer()
}
