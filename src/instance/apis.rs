//! Public APIs that an administrator may want pointers to: known by name, fetched by nobody unless a pointer is made
//! and invoked. All of them answer without a key; nothing here is secret.

/// A public API.
pub(crate) struct Api {
    /// Its name on the wire.
    pub name: &'static str,
    /// A data_reference to begin with.
    pub data_reference: &'static str,
    /// What it is, in words.
    pub description: &'static str,
}

/// Which choice of APIs this is, in the original system's word.
pub(crate) const EDITION: &str = "COMMUNITY";

/// The names, for the table of actions.
pub(crate) const NAMES: &[&str] = &["art", "country", "food", "gis", "knowledge", "trivia", "weather"];

/// Every API, by name.
pub(crate) const ALL: &[Api] = &[
    Api {
        name: "art",
        data_reference: "https://collectionapi.metmuseum.org/public/collection/v1/objects/436535",
        description: "Works in the collection of the Metropolitan Museum of Art",
    },
    Api {
        name: "country",
        data_reference: "https://restcountries.com/v3.1/name/norway",
        description: "Facts about countries (REST Countries)",
    },
    Api {
        name: "food",
        data_reference: "https://world.openfoodfacts.org/api/v2/product/737628064502",
        description: "What is in food (Open Food Facts)",
    },
    Api {
        name: "gis",
        data_reference: "https://nominatim.openstreetmap.org/search?q=Oslo&format=json",
        description: "Where places are (OpenStreetMap Nominatim)",
    },
    Api {
        name: "knowledge",
        data_reference: "https://en.wikipedia.org/w/api.php?action=query&list=search&srsearch=butterfly&format=json",
        description: "Articles that mention something (Wikipedia)",
    },
    Api {
        name: "trivia",
        data_reference: "https://opentdb.com/api.php?amount=1",
        description: "Quiz questions (Open Trivia Database)",
    },
    Api {
        name: "weather",
        data_reference: "https://api.open-meteo.com/v1/forecast?latitude=59.91&longitude=10.75&current=temperature_2m",
        description: "Weather at a place (Open-Meteo)",
    },
];

/// The API of this name.
pub(crate) fn find(name: &str) -> Option<&'static Api> {
    ALL.iter().find(|api| api.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed_once_and_references_are_web_addresses_without_keys() {
        let names: Vec<_> = ALL.iter().map(|api| api.name).collect();
        assert_eq!(names, NAMES);
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]));
        for api in ALL {
            let url = url::Url::parse(api.data_reference).unwrap();
            assert_eq!(url.scheme(), "https");
            assert!(!url.query().unwrap_or_default().contains("key="), "{}", api.name);
        }
    }
}
