//! What class a plan asks for.

use load_plan::plan::{PhaseKind, Spacing};

use super::Class;

/// What arrivals of a phase should look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// There are none.
    Nothing,
    /// Any class will do.
    Any,
    /// This one.
    Class(Class),
}

/// What a phase of this kind asks for.
pub fn expected(kind: &PhaseKind) -> Asked {
    match kind {
        PhaseKind::Rate { spacing, .. }
        | PhaseKind::Steps { spacing, .. }
        | PhaseKind::Sine { spacing, .. } => Asked::Class(of_spacing(*spacing)),
        PhaseKind::Burst(_) => Asked::Class(Class::Clustered),
        // Others decide: whoever wrote the file, and whoever answers.
        PhaseKind::Replay(_) | PhaseKind::Closed(_) => Asked::Any,
        PhaseKind::Idle {} | PhaseKind::Listen { .. } => Asked::Nothing,
    }
}

fn of_spacing(spacing: Spacing) -> Class {
    match spacing {
        Spacing::Even => Class::Even,
        // Of so many arrivals at random places, each part is as random as the other.
        Spacing::Poisson | Spacing::Exactly => Class::Poisson,
    }
}

impl Asked {
    /// The class; none if there is no single one.
    pub fn class(self) -> Option<Class> {
        match self {
            Self::Class(class) => Some(class),
            Self::Nothing | Self::Any => None,
        }
    }
}
