//! What a chart draws, as paths. Pure: the server and the browser draw the same.

/// Units of the drawing; it is stretched to the room that there is.
pub const WIDTH: f64 = 600.0;
pub const HEIGHT: f64 = 160.0;
/// With more points than these, marks would run together.
const MOST_MARKS: usize = 40;
/// How much of its place a bar fills.
const BAR: f64 = 0.72;

/// What one colour and shape stands for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// Its name: "Ran by themselves".
    pub name: String,
    /// A value for each point, where there is one.
    pub values: Vec<Option<f64>>,
    /// The same in words, as many.
    pub words: Vec<String>,
}

/// Everything that a chart shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChartData {
    /// The points' names, in order: days or hours.
    pub points: Vec<String>,
    /// At most three.
    pub series: Vec<Series>,
    /// The value at the top, and in words.
    pub top: f64,
    pub top_words: String,
    /// What there is to see, in a sentence.
    pub takeaway: String,
}

impl ChartData {
    /// One point with all its values: "14 May: ran by themselves 12, held for people 4".
    pub fn point_words(&self, point: usize) -> String {
        let Some(name) = self.points.get(point) else { return String::new() };
        let values = self.series.iter().filter_map(|series| {
            series.words.get(point).map(|words| format!("{} {words}", series.name.to_lowercase()))
        });
        format!("{name}: {}", values.collect::<Vec<_>>().join(", "))
    }

    /// The point at a share of the width.
    pub fn point_at(&self, share: f64) -> Option<usize> {
        let last = self.points.len().checked_sub(1)?;
        // A share below 0 is the first point, one of 1 or more the last.
        Some(((share * self.points.len() as f64).max(0.0) as usize).min(last))
    }

    fn slot(&self) -> f64 {
        WIDTH / self.points.len().max(1) as f64
    }

    fn x(&self, point: usize) -> f64 {
        (point as f64 + 0.5) * self.slot()
    }

    fn y(&self, value: f64) -> f64 {
        let share = if self.top > 0.0 { (value / self.top).clamp(0.0, 1.0) } else { 0.0 };
        HEIGHT - share * HEIGHT
    }

    /// The bars of one series, on those of the series before it.
    pub fn bars(&self, series: usize) -> String {
        let (slot, mut path) = (self.slot(), String::new());
        let value = |of: usize, point: usize| {
            self.series.get(of).and_then(|of| of.values.get(point).copied().flatten()).unwrap_or(0.0)
        };
        for point in 0..self.points.len() {
            let below: f64 = (0..series).map(|of| value(of, point)).sum();
            let height = value(series, point);
            if height > 0.0 {
                let (left, width) = (self.x(point) - slot * BAR / 2.0, slot * BAR);
                let (bottom, top) = (self.y(below), self.y(below + height));
                path.push_str(&format!("M{left:.1} {bottom:.1}V{top:.1}h{width:.1}V{bottom:.1}z"));
            }
        }
        path
    }

    /// The line of one series; it breaks where there is no value.
    pub fn line(&self, series: usize) -> String {
        let (mut path, mut drawing) = (String::new(), false);
        for (point, value) in self.values(series) {
            if let Some(value) = value {
                let step = if drawing { 'L' } else { 'M' };
                path.push_str(&format!("{step}{:.1} {:.1}", self.x(point), self.y(value)));
            }
            drawing = value.is_some();
        }
        path
    }

    /// A dot without extent at each point; its stroke gives it its shape. All where they are few, else those that
    /// have no neighbour to draw a line to.
    pub fn marks(&self, series: usize) -> String {
        let values: Vec<Option<f64>> = self.values(series).map(|(_, value)| value).collect();
        let all = values.len() <= MOST_MARKS;
        let alone = |point: usize| {
            let there = |at: Option<usize>| at.and_then(|at| values.get(at)).is_some_and(Option::is_some);
            !there(point.checked_sub(1)) && !there(point.checked_add(1))
        };
        let marks = values.iter().enumerate().filter_map(|(point, value)| {
            let value = (*value)?;
            (all || alone(point)).then(|| format!("M{:.1} {:.1}h0", self.x(point), self.y(value)))
        });
        marks.collect()
    }

    /// The line that shows which point is meant.
    pub fn guide(&self, point: usize) -> String {
        format!("M{:.1} 0V{HEIGHT}", self.x(point))
    }

    fn values(&self, series: usize) -> impl Iterator<Item = (usize, Option<f64>)> {
        self.series.get(series).into_iter().flat_map(|of| of.values.iter().copied().enumerate())
    }

    /// Names beneath the drawing: the first, the middle and the last point, each once.
    pub fn axis(&self) -> Vec<String> {
        let last = self.points.len().saturating_sub(1);
        let mut at = vec![0, last / 2, last];
        at.dedup();
        at.into_iter().filter_map(|point| self.points.get(point).cloned()).collect()
    }
}

/// A round number that no value is above, and that is at least `least`.
pub fn round_top(highest: f64, least: f64) -> f64 {
    let highest = highest.max(least);
    let unit = 10_f64.powf(highest.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|step| step * unit).find(|top| *top >= highest).unwrap_or(highest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(values: &[&[Option<f64>]]) -> ChartData {
        let series = values.iter().enumerate().map(|(n, values)| Series {
            name: format!("Series {n}"),
            values: values.to_vec(),
            words: values
                .iter()
                .map(|value| value.map_or("–".to_owned(), |value| value.to_string()))
                .collect(),
        });
        ChartData {
            points: (1..=values[0].len()).map(|day| format!("{day} May")).collect(),
            series: series.collect(),
            top: 10.0,
            ..ChartData::default()
        }
    }

    #[test]
    fn bars_stand_on_those_before() {
        let chart = data(&[&[Some(5.0), Some(0.0)], &[Some(5.0), Some(10.0)]]);
        assert_eq!(chart.bars(0), "M42.0 160.0V80.0h216.0V160.0z");
        assert_eq!(chart.bars(1), "M42.0 80.0V0.0h216.0V80.0zM342.0 160.0V0.0h216.0V160.0z");
        assert_eq!(chart.bars(2), "");
    }

    #[test]
    fn a_line_breaks_where_nothing_is_known() {
        let chart = data(&[&[Some(0.0), Some(10.0), None, Some(5.0)]]);
        assert_eq!(chart.line(0), "M75.0 160.0L225.0 0.0M525.0 80.0");
        assert_eq!(chart.marks(0), "M75.0 160.0h0M225.0 0.0h0M525.0 80.0h0");
    }

    #[test]
    fn a_point_is_found_and_said() {
        let chart = data(&[&[Some(1.0), None]]);
        assert_eq!(chart.point_words(0), "1 May: series 0 1");
        assert_eq!(chart.point_words(2), "");
        for (share, point) in [(-0.1, 0), (0.0, 0), (0.49, 0), (0.5, 1), (1.0, 1), (2.0, 1)] {
            assert_eq!(chart.point_at(share), Some(point), "{share}");
        }
        assert_eq!(ChartData::default().point_at(0.5), None);
        assert_eq!(chart.axis(), ["1 May", "2 May"]);
    }

    #[test]
    fn the_top_is_round() {
        for (highest, least, top) in
            [(0.0, 5.0, 5.0), (7.0, 5.0, 10.0), (10.0, 5.0, 10.0), (210.0, 5.0, 500.0)]
        {
            assert_eq!(round_top(highest, least), top, "{highest}");
        }
    }
}
