//! `search_by_proximity {origin_pointer_address, radius, limit?, offset?}` → `{count, total, pointers}`: the pointers within a
//! distance of another one in the space of the coordinates, nearest first, each with its `distance`.

use super::parameter::OFFSET;
use super::{Access, Action, Answer, Call, Code, DomainRole, Kind, Outcome, Parameter, check, neighbors};
use crate::protocol::Problem;
use crate::store::Nearness;
use serde_json::{Value, json};

/// The row of the table.
pub static ACTION: Action = Action {
    name: "search_by_proximity",
    help: "Finds the pointers within a distance of another one, nearest first.",
    access: Access::Granted,
    writes: false,
    destroys: |_| false,
    within: Some(DomainRole::Reader),
    parameters: &[
        Parameter::required(
            "origin_pointer_address",
            Kind::PointerAddress,
            "the pointer from which distances are measured",
        ),
        Parameter::required(
            "radius",
            Kind::Number,
            "how far at most; coordinates run from 0 to 2\u{3c0}",
        ),
        Parameter::optional("limit", Kind::Count, "how many at most, up to 1000"),
        OFFSET,
    ],
    result: "{count, total, pointers: [{…pointer, distance}]}",
    errors: &[Code::PointerNotFound],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let origin = call.pointer("origin_pointer_address").await?;
    let radius = radius(call)?;
    let limit = neighbors::count(call, "limit", neighbors::MOST)?;
    let offset = neighbors::skipped(call)?;
    let (near, total) =
        neighbors::near(call, &origin.address, Nearness::Within(radius), offset + limit).await?;
    let mut pointers = Vec::with_capacity(near.len().saturating_sub(offset));
    for (address, distance) in near.into_iter().skip(offset) {
        let Some(pointer) = call.store().pointer(&address).await? else {
            continue;
        };
        let mut shown = json!(pointer);
        shown["distance"] = json!(distance);
        pointers.push(shown);
    }
    Ok(Outcome::Success(json!({
        "count": pointers.len(),
        "total": total,
        "pointers": pointers,
    })))
}

fn radius(call: &Call<'_>) -> Result<f64, Problem> {
    let radius = match call.query.get("radius") {
        Some(Value::Number(number)) => number.as_f64(),
        // The original takes whatever Python's float() takes.
        Some(Value::String(text)) => text.trim().parse().ok(),
        Some(_) => None,
        None => return Err(call.query.missing("radius").into()),
    };
    radius
        .filter(|radius| radius.is_finite() && *radius >= 0.0)
        .ok_or_else(|| check::invalid("radius", "must be a number from 0 on"))
}
