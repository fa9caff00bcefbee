//! `measure newest`: the strategies for the newest 5000 messages beside each other, by criterion's own estimates of
//! `cargo bench --bench newest`, with what they allocate.
//!
//! A ratio is judged by its worst end: of both intervals the end that speaks against the claim. That is wider than an
//! interval of the ratio itself, so what holds here holds there.

use anyhow::{Context, Result, bail};

use super::bench::Page;
use super::criterion::{Estimate, bench, count};
use super::picture::Pen;
use super::show::table;

const DISTRIBUTIONS: [Distribution; 3] = [
    Distribution { name: "even", title: "All rooms alike" },
    Distribution { name: "zipf", title: "Rooms by Zipf's law" },
    Distribution { name: "one hot", title: "One room with nearly all messages" },
];

const ROOMS: [u64; 5] = [1, 10, 100, 1000, 10_000];

const STRATEGIES: [&str; 3] = ["sorted-map", "merge", "select"];

/// `select` is at least so many times as fast as `sorted-map`, by distribution and rooms.
const GAINS: [(&str, u64, f64); 2] = [("even", 100, 100.0), ("zipf", 10_000, 50.0)];

/// `select` takes nowhere longer than so many times what `merge` takes.
const OVER_MERGE_MAX: f64 = 1.1;

/// Somewhere it is at least so many times as fast.
const OVER_MERGE_BEST: f64 = 10.0;

/// How the messages lie in the rooms, as the bench names it and as people do.
struct Distribution {
    name: &'static str,
    title: &'static str,
}

/// What the strategies take at one point of the grid.
struct Point<'a> {
    distribution: &'static str,
    rooms: u64,
    sorted_map: &'a Estimate,
    merge: &'a Estimate,
    select: &'a Estimate,
}

/// What one call of a strategy allocates.
#[derive(Debug, PartialEq)]
struct Allocated {
    distribution: String,
    rooms: u64,
    strategy: String,
    count: u64,
    bytes: u64,
    /// At once.
    bytes_max: u64,
}

/// Measures, draws and publishes.
pub(crate) fn run(page: &Page) -> Result<()> {
    let benched = bench(page, "newest")?;
    let points = points(&benched.estimates)?;
    let allocated = allocated(&benched.printed)?;
    draw(page, &points)?;
    let title = "The newest 5000 of an organisation: the strategies beside each other";
    page.publish(title, &body(&points, &allocated), &broken(&points))
}

/// The whole grid, or what of it is missing.
fn points(estimates: &[Estimate]) -> Result<Vec<Point<'_>>> {
    let mut points = Vec::new();
    for Distribution { name, .. } in &DISTRIBUTIONS {
        for rooms in ROOMS {
            let (group, input) = (format!("newest {name}"), rooms.to_string());
            let of = |strategy: &str| {
                let mut there = estimates.iter().filter(|one| {
                    one.group == group
                        && one.function == strategy
                        && one.input.as_ref() == Some(&input)
                });
                there.next().with_context(|| format!("{group}: no {strategy} with {rooms} rooms"))
            };
            let [sorted_map, merge, select] = STRATEGIES.map(of);
            let (sorted_map, merge, select) = (sorted_map?, merge?, select?);
            points.push(Point { distribution: name, rooms, sorted_map, merge, select });
        }
    }
    Ok(points)
}

/// What the bench has printed of each point and strategy.
fn allocated(printed: &str) -> Result<Vec<Allocated>> {
    let lines = printed.lines().filter_map(|line| line.split_once("allocations: "));
    // The first such line names the columns.
    let found: Vec<Allocated> = lines.filter_map(|(_, line)| allocated_of(line)).collect();
    let expected = DISTRIBUTIONS.len() * ROOMS.len() * STRATEGIES.len();
    if found.len() != expected {
        bail!("the bench told of {} allocations, not of {expected}", found.len());
    }
    Ok(found)
}

fn allocated_of(line: &str) -> Option<Allocated> {
    let mut words = line.split(", ");
    let (distribution, rooms, strategy) = (words.next()?, words.next()?, words.next()?);
    let mut number = || words.next()?.trim().parse().ok();
    Some(Allocated {
        distribution: distribution.to_owned(),
        rooms: rooms.parse().ok()?,
        strategy: strategy.to_owned(),
        count: number()?,
        bytes: number()?,
        bytes_max: number()?,
    })
}

impl Point<'_> {
    fn all(&self) -> [&Estimate; 3] {
        [self.sorted_map, self.merge, self.select]
    }
}

/// How many times as long as `other` it takes at most, by the ends of both intervals.
fn at_most(one: &Estimate, other: &Estimate) -> f64 {
    one.upper / other.lower
}

/// How many times as fast as `slow` it is at least.
fn gain(slow: &Estimate, fast: &Estimate) -> f64 {
    slow.lower / fast.upper
}

fn broken(points: &[Point<'_>]) -> Vec<String> {
    let mut broken = Vec::new();
    for (distribution, rooms, least) in GAINS {
        let of = points.iter().find(|of| of.distribution == distribution && of.rooms == rooms);
        let gain = of.map_or(0.0, |point| gain(point.sorted_map, point.select));
        if gain < least {
            broken.push(format!(
                "{distribution}, {rooms} rooms: select is {gain:.1} times as fast as sorted-map, limit {least:.0}"
            ));
        }
    }
    for point in points {
        let ratio = at_most(point.select, point.merge);
        if ratio > OVER_MERGE_MAX {
            broken.push(format!(
                "{}, {} rooms: select takes up to {ratio:.2} times what merge takes, limit {OVER_MERGE_MAX:.2}",
                point.distribution, point.rooms
            ));
        }
    }
    let best = points.iter().map(|point| gain(point.merge, point.select)).fold(0.0, f64::max);
    if best < OVER_MERGE_BEST {
        broken.push(format!(
            "select is at best {best:.1} times as fast as merge, limit {OVER_MERGE_BEST:.0}"
        ));
    }
    broken
}

/// A picture for each distribution, beside the page.
fn draw(page: &Page, points: &[Point<'_>]) -> Result<()> {
    let pen = Pen::new(&page.root)?;
    for distribution in &DISTRIBUTIONS {
        let mut lines = vec![format!("rooms,{}", STRATEGIES.join(","))];
        for point in points.iter().filter(|point| point.distribution == distribution.name) {
            let means = point.all().map(|one| format!("{:.1}", one.mean));
            lines.push(format!("{},{}", point.rooms, means.join(",")));
        }
        let title = format!("Time of a call: {}", distribution.title);
        page.beside(&file(distribution), &pen.draw(&title, &lines.join("\n"))?)?;
    }
    Ok(())
}

fn file(distribution: &Distribution) -> String {
    format!("newest-{}.svg", distribution.name.replace(' ', "-"))
}

fn body(points: &[Point<'_>], allocated: &[Allocated]) -> String {
    let mut parts = vec![format!(
        "One call finds the oldest visible message of an organisation from the ids of its rooms, which lie in memory, sorted; \
         all strategies get the same slices and must give the same answer before anything is timed. Times are \
         criterion's means with their intervals of 95 %. \"At least\" and \"at most\" are of the ends of both \
         intervals that speak against it; by them it is judged: `select` at least {:.0} times as fast as `sorted-map` \
         with 100 rooms alike and {:.0} times with 10 000 by Zipf's law, nowhere longer than {OVER_MERGE_MAX:.2} times \
         `merge`, and somewhere {OVER_MERGE_BEST:.0} times as fast.\n",
        GAINS[0].2, GAINS[1].2
    )];
    for distribution in &DISTRIBUTIONS {
        let Distribution { name, title } = distribution;
        let here = || points.iter().filter(|point| point.distribution == *name);
        let rows: Vec<Vec<String>> = here().map(row).collect();
        let header = [
            "rooms",
            "messages",
            "sorted-map",
            "merge",
            "select",
            "select faster than sorted-map, at least",
            "select over merge, at most",
        ];
        let costs: Vec<Vec<String>> = here().flat_map(|point| costs(point, allocated)).collect();
        let of_call =
            ["rooms", "strategy", "M messages/s", "allocations", "KiB in all", "KiB at once"];
        parts.push(format!(
            "\n## {title}\n\n{}\n![{title}]({})\n\n{}",
            table(&header, &rows),
            file(distribution),
            table(&of_call, &costs)
        ));
    }
    parts.concat()
}

fn row(point: &Point<'_>) -> Vec<String> {
    let shown = |one: &Estimate| {
        let [mean, lower, upper] = [one.mean, one.lower, one.upper].map(time);
        format!("{mean} ({lower} .. {upper})")
    };
    let [sorted_map, merge, select] = point.all().map(shown);
    vec![
        point.rooms.to_string(),
        point.select.elements.to_string(),
        sorted_map,
        merge,
        select,
        format!("{:.1}", gain(point.sorted_map, point.select)),
        format!("{:.2}", at_most(point.select, point.merge)),
    ]
}

/// A line for each strategy.
fn costs(point: &Point<'_>, allocated: &[Allocated]) -> Vec<Vec<String>> {
    let of = |(strategy, one): (&str, &Estimate)| {
        let here = allocated.iter().find(|of| {
            of.distribution == point.distribution
                && of.rooms == point.rooms
                && of.strategy == strategy
        });
        let kib = |bytes: u64| format!("{:.1}", count(bytes) / 1024.0);
        let [calls, all, most] = here.map_or_else(Default::default, |of| {
            [of.count.to_string(), kib(of.bytes), kib(of.bytes_max)]
        });
        let rate = count(one.elements) * 1e3 / one.mean;
        vec![point.rooms.to_string(), strategy.to_owned(), format!("{rate:.1}"), calls, all, most]
    };
    STRATEGIES.into_iter().zip(point.all()).map(of).collect()
}

/// Three digits or a few more, in the unit that leaves some before the point.
fn time(ns: f64) -> String {
    match ns {
        ..1e3 => format!("{ns:.0} ns"),
        ..1e6 => format!("{:.2} us", ns / 1e3),
        _ => format!("{:.2} ms", ns / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The times of the strategies at every point, but for one.
    fn estimates(times: [f64; 3], other: (&str, &str, f64)) -> Vec<Estimate> {
        let mut estimates = Vec::new();
        for Distribution { name, .. } in &DISTRIBUTIONS {
            for rooms in ROOMS.map(|rooms| rooms.to_string()) {
                for (strategy, time) in STRATEGIES.into_iter().zip(times) {
                    let here = (*name, rooms.as_str()) == (other.0, other.1);
                    let mean = if here && strategy == "select" { other.2 } else { time };
                    estimates.push(Estimate {
                        group: format!("newest {name}"),
                        function: strategy.to_owned(),
                        input: Some(rooms.clone()),
                        elements: 100_000,
                        mean,
                        lower: mean * 0.95,
                        upper: mean * 1.05,
                    });
                }
            }
        }
        estimates
    }

    #[track_caller]
    fn check(times: [f64; 3], other: (&str, &str, f64), expected: &[&str]) {
        let estimates = estimates(times, other);
        let broken = broken(&points(&estimates).unwrap());
        assert_eq!(broken.len(), expected.len(), "{broken:?}");
        for (said, expected) in broken.iter().zip(expected) {
            assert!(said.contains(expected), "{said}");
        }
    }

    #[test]
    fn limits_are_held_against_the_worst_ends() {
        check([2e6, 2e5, 1e4], ("", "", 0.0), &[]);
        // 2e6 * 0.95 / (1.85e4 * 1.05) = 97.8, though the means are 108 apart.
        check([2e6, 4e5, 1e4], ("even", "100", 1.85e4), &["even, 100 rooms: select is 97.8"]);
        check([2e6, 4e5, 1e4], ("zipf", "10000", 4e4), &["zipf, 10000 rooms: select is 45.2"]);
        // 1.0 * 1.05 / 0.95 = 1.105: as fast is not enough to be sure.
        check(
            [2e6, 2e5, 1e4],
            ("one hot", "1", 2e5),
            &["one hot, 1 rooms: select takes up to 1.11"],
        );
        check([2e6, 1e5, 1e4], ("", "", 0.0), &["select is at best 9.0 times as fast as merge"]);
    }

    #[test]
    fn a_hole_in_the_grid_is_said() {
        let mut estimates = estimates([3.0, 2.0, 1.0], ("", "", 0.0));
        estimates.retain(|one| one.group != "newest zipf" || one.input.as_deref() != Some("1000"));
        let error = points(&estimates).err().unwrap();
        assert_eq!(error.to_string(), "newest zipf: no sorted-map with 1000 rooms");
    }

    #[test]
    fn allocations_are_read_from_between_other_lines() {
        let head =
            "newest even/merge/1 time: [1 ns]\nallocations: distribution, rooms, strategy, count";
        let mut lines = vec![head.to_owned()];
        assert!(allocated(&lines[0]).is_err());
        for Distribution { name, .. } in &DISTRIBUTIONS {
            for rooms in ROOMS {
                for strategy in STRATEGIES {
                    lines.push(format!("allocations: {name}, {rooms}, {strategy}, 3, 4096, 2048"));
                }
            }
        }
        let allocated = allocated(&lines.join("\n")).unwrap();
        assert_eq!(allocated.len(), 45);
        let estimates = estimates([2e6, 2e5, 1e4], ("", "", 0.0));
        let body = body(&points(&estimates).unwrap(), &allocated);
        for part in ["| 10000 |", "2.00 ms (1.90 ms .. 2.10 ms)", "10.00 us", "newest-one-hot.svg"]
        {
            assert!(body.contains(part), "{part}: {body}");
        }
        // 100 000 messages in 10 us are ten thousand million a second.
        assert!(body.contains("10000.0") && body.contains("4.0"), "{body}");
    }
}
