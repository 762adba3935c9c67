//! `add_neighbor`: relates two pointers, both ways.

use super::parameter::POINTER_ADDRESS;
use super::{
    Access, Action, Answer, Call, Code, DomainRole, Kind, Outcome, Parameter, check, meanwhile, neighbors,
};
use crate::model::PointerAddress;
use crate::protocol::Problem;
use crate::store::StoreError;
use serde_json::{Value, json};

/// Bytes of a relationship's name.
const LONGEST_KIND: usize = 100;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "add_neighbor",
    help: "Stores a relationship between two pointers, in both directions.",
    access: Access::Granted,
    writes: true,
    destroys: |_| false,
    within: Some(DomainRole::Writer),
    parameters: &[
        POINTER_ADDRESS,
        Parameter::required(
            "neighbor_address",
            Kind::PointerAddress,
            "the other pointer's address",
        ),
        Parameter::optional("relationship", Kind::Text, "what kind it is"),
        Parameter::optional(
            "weight",
            Kind::Number,
            "how strong it is; 1 unless told otherwise",
        ),
    ],
    result: "{message, pointer: {…pointer, neighbors: [{address, relationship, weight}]}}",
    errors: &[Code::PointerNotFound, Code::ChangedMeanwhile],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let address = meanwhile::settled(call, meanwhile::LOOKS, || add(call)).await?;
    let mut shown = json!(call.pointer_at(&address).await?);
    shown["neighbors"] = json!(neighbors::visible(call, &address, neighbors::MOST).await?);
    Ok(Outcome::Success(json!({
        "message": "Neighbor added successfully.",
        "pointer": shown,
    })))
}

async fn add(call: &Call<'_>) -> Result<Result<PointerAddress, StoreError>, Problem> {
    let pointer = call.pointer("pointer_address").await?;
    let neighbor = call.pointer("neighbor_address").await?;
    if pointer.address == neighbor.address {
        return Err(check::invalid(
            "neighbor_address",
            "a pointer is not its own neighbour",
        ));
    }
    let relationship = call.query.optional_text("relationship")?.unwrap_or_default();
    if relationship.len() > LONGEST_KIND {
        return Err(check::invalid(
            "relationship",
            format!("longer than {LONGEST_KIND} bytes"),
        ));
    }
    let weight = weight(call)?;
    let seen = meanwhile::both_as_seen(call, &pointer, &neighbor);
    let added = call
        .store()
        .add_relationship(&pointer.address, &neighbor.address, relationship, weight, seen)
        .await;
    Ok(added.map(|()| pointer.address))
}

fn weight(call: &Call<'_>) -> Result<f64, Problem> {
    match call.query.get("weight") {
        None => Ok(1.0),
        Some(Value::Number(number)) => number
            .as_f64()
            .filter(|weight| weight.is_finite())
            .ok_or_else(|| check::invalid("weight", "out of range")),
        Some(_) => Err(check::invalid("weight", "must be a number")),
    }
}
