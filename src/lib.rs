//! The house of `butterfly`, a terminal console for federated Butterfly instances.

pub mod model;
pub mod protocol;
pub mod seal;
