//! What is typed of a credential's limits, wherever they are asked for: how it reads, and what is wrong with it.

use crate::model::Grant;
use ipnet::IpNet;

/// The complaint about calls a minute; nothing is as many as they like.
pub fn rate_complaint(value: &str) -> Option<String> {
    match value.parse::<u32>() {
        Ok(1..) => None,
        _ if value.is_empty() => None,
        _ => Some("is not a number of calls a minute".to_owned()),
    }
}

/// The complaint about further hops.
pub fn hops_complaint(value: &str) -> Option<String> {
    match value.parse::<u8>() {
        Ok(0..=Grant::MOST_HOPS) => None,
        _ => Some(format!("is not a number from 0 to {}", Grant::MOST_HOPS)),
    }
}

/// Addresses and networks, separated by blanks or commas; none is any.
pub fn sources(value: &str) -> Result<Vec<IpNet>, String> {
    value
        .split([' ', ','])
        .filter(|word| !word.is_empty())
        .map(|word| {
            let single = word.parse::<std::net::IpAddr>().map(IpNet::from);
            single
                .or_else(|_| word.parse::<IpNet>())
                .map_err(|_| format!("{word} is not an address or a range such as 10.1.0.0/16"))
        })
        .collect()
}
