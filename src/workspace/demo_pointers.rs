//! What the demo's two instances keep: pointers as an administrator would meet them.

use crate::model::NewPointer;

/// data_reference, description, tags separated by blanks.
type Row = (&'static str, &'static str, &'static str);

/// The pointer on beta that the federated pointers of alpha ask for.
pub(super) const ASKED_FOR: &str = "https://data.beta.example/grid/frequency/2026.parquet";

/// alpha: a city's data office.
const ALPHA: &[Row] = &[
    (
        "https://data.alpha.example/air/pm25/2026-hourly.parquet",
        "Fine dust, hourly means of all 38 stations, 2026",
        "dataset air sensors",
    ),
    (
        "https://data.alpha.example/air/no2/2026-hourly.parquet",
        "Nitrogen dioxide, hourly means of all 38 stations, 2026",
        "dataset air sensors",
    ),
    (
        "https://data.alpha.example/air/stations.geojson",
        "Places and heights of the air stations",
        "dataset air geo",
    ),
    (
        "https://data.alpha.example/air/calibration/2026-q3.pdf",
        "Calibration record of the air stations, third quarter",
        "document air",
    ),
    (
        "https://dash.alpha.example/d/air-now",
        "Air quality now: the map that the newsroom embeds",
        "dashboard air public",
    ),
    (
        "https://data.alpha.example/traffic/loops/2026-10.csv.zst",
        "Induction loops, 15-minute counts, October 2026",
        "dataset traffic sensors",
    ),
    (
        "https://data.alpha.example/traffic/loops/2026-09.csv.zst",
        "Induction loops, 15-minute counts, September 2026",
        "dataset traffic sensors",
    ),
    (
        "https://data.alpha.example/traffic/loops/schema.json",
        "Columns of the induction loop files",
        "document traffic",
    ),
    (
        "https://dash.alpha.example/d/traffic-rush",
        "Rush hour against the mean of the last four weeks",
        "dashboard traffic",
    ),
    (
        "https://data.alpha.example/traffic/closures.ics",
        "Announced road closures",
        "feed traffic public",
    ),
    (
        "https://data.alpha.example/bikes/counters/2026.parquet",
        "Bicycle counters, hourly, 2026",
        "dataset bikes sensors",
    ),
    (
        "https://data.alpha.example/bikes/network.geojson",
        "Cycle network with surface and width",
        "dataset bikes geo public",
    ),
    (
        "https://data.alpha.example/trees/register.gpkg",
        "Tree register: 214,000 street trees with species and year",
        "dataset trees geo public",
    ),
    (
        "https://data.alpha.example/trees/watering-2026.csv",
        "Watering rounds for young trees, summer 2026",
        "dataset trees",
    ),
    (
        "https://data.alpha.example/water/levels/live.json",
        "River gauges, live",
        "feed water sensors",
    ),
    (
        "https://data.alpha.example/water/levels/archive/1998-2025.parquet",
        "River gauges, archive 1998 to 2025",
        "dataset water archive",
    ),
    (
        "https://data.alpha.example/water/quality/bathing-2026.csv",
        "Bathing water quality, season 2026",
        "dataset water public",
    ),
    (
        "https://data.alpha.example/energy/buildings/2025.xlsx",
        "Energy use of public buildings, 2025",
        "dataset energy buildings",
    ),
    (
        "https://dash.alpha.example/d/energy-schools",
        "Heating of schools against degree days",
        "dashboard energy buildings",
    ),
    (
        "https://data.alpha.example/energy/solar/roofs.tif",
        "Roof suitability for solar panels, 50 cm raster",
        "dataset energy geo",
    ),
    (
        "https://data.alpha.example/noise/map-2025.tif",
        "Noise map, day-evening-night level, 2025",
        "dataset noise geo",
    ),
    (
        "https://data.alpha.example/noise/microphones/live.json",
        "Noise microphones at the four arteries, live",
        "feed noise sensors",
    ),
    (
        "https://data.alpha.example/people/population-grid-100m.parquet",
        "Population on a 100 m grid, rounded",
        "dataset people restricted",
    ),
    (
        "https://data.alpha.example/people/projections-2040.csv",
        "Population projection to 2040 by district",
        "dataset people public",
    ),
    (
        "https://data.alpha.example/housing/rents-2026-q2.csv",
        "Asking rents by district, second quarter 2026",
        "dataset housing",
    ),
    (
        "https://data.alpha.example/housing/permits/2026.csv",
        "Building permits, 2026",
        "dataset housing public",
    ),
    (
        "https://data.alpha.example/budget/2027-draft.xlsx",
        "Draft budget 2027, as tabled",
        "document budget",
    ),
    (
        "https://data.alpha.example/budget/2026-execution.csv",
        "Budget execution 2026, monthly",
        "dataset budget public",
    ),
    (
        "https://docs.alpha.example/runbooks/data-outage.md",
        "What to do when a feed is silent",
        "document runbook ops",
    ),
    (
        "https://docs.alpha.example/runbooks/reprocess-air.md",
        "How to reprocess a day of air data",
        "document runbook ops air",
    ),
    (
        "https://docs.alpha.example/catalogue/quality-levels.md",
        "What bronze, silver and gold mean here",
        "document catalogue",
    ),
    (
        "https://docs.alpha.example/agreements/beta-grid.pdf",
        "Data agreement with the grid operator beta",
        "document agreement federation",
    ),
    (
        "https://models.alpha.example/air/forecast/v7.onnx",
        "Air quality forecast, 48 hours, version 7",
        "model air",
    ),
    (
        "https://models.alpha.example/traffic/eta/v3.onnx",
        "Travel time model, version 3",
        "model traffic",
    ),
    (
        "https://data.alpha.example/waste/bins/fill.json",
        "Fill levels of the 900 sensor bins",
        "feed waste sensors",
    ),
    (
        "https://data.alpha.example/waste/routes-2026.geojson",
        "Collection routes, 2026",
        "dataset waste geo",
    ),
    (
        "https://data.alpha.example/lidar/2024/tiles.csv",
        "Index of the 2024 laser scan tiles",
        "dataset lidar geo archive",
    ),
    (
        "https://data.alpha.example/events/2026.ics",
        "Large public events, 2026",
        "feed events public",
    ),
    (
        "https://dash.alpha.example/d/sla",
        "Feeds: delay, gaps and outages of the last 30 days",
        "dashboard ops",
    ),
    (
        "https://data.alpha.example/geo/districts.geojson",
        "District boundaries, valid from 2026",
        "dataset geo public",
    ),
];

/// beta: a grid operator.
const BETA: &[Row] = &[
    (
        ASKED_FOR,
        "Grid frequency, 1 s means, 2026",
        "dataset grid frequency",
    ),
    (
        "https://data.beta.example/grid/frequency/2025.parquet",
        "Grid frequency, 1 s means, 2025",
        "dataset grid frequency archive",
    ),
    (
        "https://data.beta.example/grid/load/2026-quarterhour.parquet",
        "Load by feeder, quarter-hourly, 2026",
        "dataset grid load",
    ),
    (
        "https://data.beta.example/grid/load/forecast-day-ahead.json",
        "Load forecast, day ahead",
        "feed grid load forecast",
    ),
    (
        "https://data.beta.example/grid/topology/2026-11.cim.xml",
        "Network model in CIM, November 2026",
        "document grid topology restricted",
    ),
    (
        "https://data.beta.example/grid/substations.geojson",
        "Substations, generalised positions",
        "dataset grid geo public",
    ),
    (
        "https://data.beta.example/grid/outages/2026.csv",
        "Outages with cause and customers affected, 2026",
        "dataset grid outages",
    ),
    (
        "https://data.beta.example/grid/outages/live.json",
        "Outages right now",
        "feed grid outages public",
    ),
    (
        "https://data.beta.example/grid/losses/2025.xlsx",
        "Network losses, 2025, as reported",
        "document grid",
    ),
    (
        "https://dash.beta.example/d/control-room",
        "Control room: frequency, load, alarms",
        "dashboard grid ops",
    ),
    (
        "https://dash.beta.example/d/feeders",
        "Feeders close to their limit",
        "dashboard grid load ops",
    ),
    (
        "https://data.beta.example/solar/infeed/2026.parquet",
        "Solar infeed, quarter-hourly, 2026",
        "dataset solar",
    ),
    (
        "https://data.beta.example/solar/register.csv",
        "Solar plants above 30 kW",
        "dataset solar public",
    ),
    (
        "https://data.beta.example/solar/nowcast.json",
        "Solar infeed, next two hours",
        "feed solar forecast",
    ),
    (
        "https://data.beta.example/wind/infeed/2026.parquet",
        "Wind infeed, quarter-hourly, 2026",
        "dataset wind",
    ),
    (
        "https://data.beta.example/wind/curtailment/2026.csv",
        "Curtailment of wind parks, 2026",
        "dataset wind",
    ),
    (
        "https://data.beta.example/storage/batteries/soc.json",
        "Charge of grid batteries, live",
        "feed storage sensors",
    ),
    (
        "https://data.beta.example/storage/batteries/cycles.parquet",
        "Battery cycles since commissioning",
        "dataset storage",
    ),
    (
        "https://data.beta.example/ev/chargers.geojson",
        "Public chargers with power and plug",
        "dataset ev geo public",
    ),
    (
        "https://data.beta.example/ev/sessions/2026-10.parquet",
        "Charging sessions, October 2026, pseudonymous",
        "dataset ev restricted",
    ),
    (
        "https://dash.beta.example/d/ev-load",
        "Charging load against the feeder's headroom",
        "dashboard ev load",
    ),
    (
        "https://data.beta.example/meters/rollout.csv",
        "Smart meter rollout by postcode",
        "dataset meters",
    ),
    (
        "https://data.beta.example/meters/quality-2026-10.csv",
        "Missing meter readings, October 2026",
        "dataset meters quality",
    ),
    (
        "https://data.beta.example/market/day-ahead/2026.csv",
        "Day-ahead prices, 2026",
        "dataset market public",
    ),
    (
        "https://data.beta.example/market/balancing/2026.parquet",
        "Balancing energy, 2026",
        "dataset market",
    ),
    (
        "https://data.beta.example/weather/stations/2026.parquet",
        "Own weather stations, 10-minute means",
        "dataset weather sensors",
    ),
    (
        "https://data.beta.example/weather/icing-alerts.json",
        "Icing alerts for overhead lines",
        "feed weather alerts",
    ),
    (
        "https://data.beta.example/transformers/temperature/live.json",
        "Oil temperature of large transformers, live",
        "feed transformers sensors",
    ),
    (
        "https://data.beta.example/transformers/dga-2026.csv",
        "Dissolved gas analysis, 2026",
        "dataset transformers",
    ),
    (
        "https://models.beta.example/load/v12.onnx",
        "Load forecast model, version 12",
        "model load",
    ),
    (
        "https://models.beta.example/transformers/ageing/v2.onnx",
        "Transformer ageing model, version 2",
        "model transformers",
    ),
    (
        "https://docs.beta.example/runbooks/black-start.md",
        "Black start: who calls whom, in which order",
        "document runbook restricted",
    ),
    (
        "https://docs.beta.example/runbooks/feed-late.md",
        "What to do when a feed is late",
        "document runbook ops",
    ),
    (
        "https://docs.beta.example/agreements/alpha-city.pdf",
        "Data agreement with the city alpha",
        "document agreement federation",
    ),
    (
        "https://docs.beta.example/api/changelog.md",
        "What changed in the feeds",
        "document catalogue public",
    ),
    (
        "https://data.beta.example/lidar/lines-2025/tiles.csv",
        "Laser scan along overhead lines, index of tiles",
        "dataset lidar geo",
    ),
    (
        "https://data.beta.example/vegetation/risk-2026.gpkg",
        "Vegetation close to overhead lines, risk classes",
        "dataset vegetation geo",
    ),
    (
        "https://data.beta.example/crews/shifts-2026-11.csv",
        "Shifts of field crews, November 2026",
        "document crews restricted",
    ),
    (
        "https://data.beta.example/works/planned.ics",
        "Planned works with switching times",
        "feed works public",
    ),
    (
        "https://data.beta.example/co2/intensity-2026.csv",
        "Carbon intensity of the mix, hourly, 2026",
        "dataset co2 public",
    ),
];

/// Whether the demo has a pointer with this data_reference.
pub(super) fn is_one(data_reference: &str) -> bool {
    ALPHA
        .iter()
        .chain(BETA)
        .any(|(reference, ..)| *reference == data_reference)
}

/// alpha's pointers.
pub(super) fn alpha() -> Vec<NewPointer> {
    ALPHA.iter().map(pointer).collect()
}

/// beta's pointers.
pub(super) fn beta() -> Vec<NewPointer> {
    BETA.iter().map(pointer).collect()
}

fn pointer((data_reference, description, tags): &Row) -> NewPointer {
    NewPointer {
        data_reference: (*data_reference).to_owned(),
        description: (*description).to_owned(),
        tags: tags.split(' ').map(str::to_owned).collect(),
        connection_id: None,
        credential_pointer_address: None,
        federated: None,
        author: None,
    }
}
