//! Charts: a drawing that the server makes, a sentence that says what it shows, and the numbers as a table.

mod figure;
mod model;
mod sparkline;

pub use figure::{Chart, ChartKind};
pub use model::{ChartData, Series, round_top};
pub use sparkline::Sparkline;
