//! tract's optimised plan, held to its plain one.
//!
//! The plain plan runs every operator of the file by itself: slow, and nothing is merged or moved that could be merged wrongly.
//! The first inputs that a network is run on go through both, and where they differ by more than rounding, or the optimised one
//! fails, the plain plan is taken from then on.
//!
//! There is a third, the quick plan: tract's kernels without its simplifications, made in less than half of the time and 10 to
//! 20 % slower to run. In a page the very first answer comes from it and waits for nothing else; the second makes the
//! optimised plan and the comparison.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use tract_onnx::prelude::{TValue, TVec, TractResult, TypedModel, TypedRunnableModel};
use tract_onnx::tract_core::internal::IntoRunnable;
use tract_onnx::tract_core::plan::{SimpleState, eval};

use super::outputs::{arrays, difference};
use super::{grouped, max_pool, odd_starts};
use crate::clock::now_ms;

/// Milliseconds after which a comparison is given up, between two operators. A network that takes longer runs unverified,
/// and says so.
const PATIENCE: f64 = if cfg!(target_arch = "wasm32") {
    1_000.0
} else {
    5_000.0
};

/// Difference, in parts of an output's largest value, that two orders of rounding may make. A plan that is wrong
/// mixes up places or channels, and is off by far more.
const ROUNDING: f64 = 1e-3;

/// Whether the first answer comes from the quick plan, before the comparison.
const HURRY: bool = cfg!(target_arch = "wasm32");

pub struct Choice {
    /// The quick plan where there is hurry, otherwise the optimised one.
    first: Arc<TypedRunnableModel>,
    /// What the other plans are made of, until the choice has fallen.
    typed: Mutex<Option<TypedModel>>,
    answered: AtomicBool,
    chosen: OnceLock<Chosen>,
}

struct Chosen {
    plan: Arc<TypedRunnableModel>,
    note: Option<String>,
}

/// Which of tract's plans may answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Plans {
    /// The optimised one, once the plain one has given the same.
    Verified,
    /// The quick one, for a caller who runs it a few times and holds its answers to something else.
    Quick,
    /// The plain one.
    Plain,
}

impl Choice {
    /// # Errors
    /// When tract can make neither plan.
    pub fn new(mut typed: TypedModel, plans: Plans) -> TractResult<Choice> {
        let plain = |typed: TypedModel, note: Option<String>| {
            Ok(Choice::settled(typed.into_runnable()?, note))
        };
        if plans == Plans::Plain {
            return plain(typed, None);
        }
        odd_starts::guard(&mut typed)?;
        // tract's layout pass fails on some convolutions between Transposes.
        let make = match plans == Plans::Quick || HURRY {
            true => quick,
            false => optimised,
        };
        match make(&typed) {
            Ok(plan) if plans == Plans::Quick => Ok(Choice::settled(plan, None)),
            Ok(first) => Ok(Choice {
                first,
                typed: Mutex::new(Some(typed)),
                answered: AtomicBool::new(false),
                chosen: OnceLock::new(),
            }),
            Err(_) => plain(typed, Some(slow("cannot be made"))),
        }
    }

    /// There is nothing to choose.
    fn settled(plan: Arc<TypedRunnableModel>, note: Option<String>) -> Choice {
        Choice {
            first: plan.clone(),
            typed: Mutex::new(None),
            answered: AtomicBool::new(true),
            chosen: OnceLock::from(Chosen { plan, note }),
        }
    }

    /// A plan whose facts hold for whichever is chosen.
    pub fn first(&self) -> &TypedRunnableModel {
        &self.first
    }

    pub fn note(&self) -> Option<&str> {
        self.chosen.get()?.note.as_deref()
    }

    /// A plan that is there already, where there is hurry; the choice is then left to later runs.
    pub fn at_once(&self, inputs: &TVec<TValue>) -> &Arc<TypedRunnableModel> {
        match self.chosen.get() {
            None if HURRY => &self.first,
            _ => self.for_run(inputs),
        }
    }

    /// The plan for these inputs, which settle the choice if it has not fallen yet.
    pub fn for_run(&self, inputs: &TVec<TValue>) -> &Arc<TypedRunnableModel> {
        if HURRY && !self.answered.swap(true, Ordering::Relaxed) {
            return &self.first;
        }
        &self.chosen.get_or_init(|| self.choose(inputs)).plan
    }

    fn choose(&self, inputs: &TVec<TValue>) -> Chosen {
        let typed = self.typed.lock().ok().and_then(|mut t| t.take());
        let made = typed.as_ref().filter(|_| HURRY).map(optimised);
        let candidate = made
            .and_then(TractResult::ok)
            .unwrap_or_else(|| self.first.clone());
        let fast = |note: Option<String>| Chosen {
            plan: candidate.clone(),
            note,
        };
        // Where the plain plan itself cannot be made or run there is nothing to compare with.
        let Some(Ok(plain)) = typed.map(|t| t.into_runnable()) else {
            return fast(None);
        };
        let expected = match within(&plain, inputs, PATIENCE) {
            Ok(Some(outputs)) => outputs,
            Ok(None) => {
                return fast(Some(format!(
                    "the engine's optimised plan was not compared with its plain one, which takes more than {} s",
                    PATIENCE / 1e3
                )));
            }
            Err(_) => return fast(None),
        };
        let why = match candidate.run(inputs.clone()) {
            Ok(outputs) => match (arrays(&expected), arrays(&outputs)) {
                (Ok(a), Ok(b)) if a.len() == b.len() => {
                    let apart = |(a, b)| {
                        let one = std::slice::from_ref;
                        let (worst, scale) = difference(one(a), one(b));
                        worst > ROUNDING * scale
                    };
                    if !a.iter().zip(&b).any(apart) {
                        return fast(None);
                    }
                    "gives other numbers"
                }
                _ => "gives other outputs",
            },
            Err(_) => "fails",
        };
        Chosen {
            plan: plain,
            note: Some(slow(why)),
        }
    }
}

fn optimised(typed: &TypedModel) -> TractResult<Arc<TypedRunnableModel>> {
    simplified(typed)?.into_optimized()?.into_runnable()
}

fn quick(typed: &TypedModel) -> TractResult<Arc<TypedRunnableModel>> {
    let mut model = simplified(typed)?;
    model.optimize()?;
    model.into_runnable()
}

/// A copy in which our own operators stand where tract's are slow.
fn simplified(typed: &TypedModel) -> TractResult<TypedModel> {
    let mut model = typed.clone();
    grouped::as_products(&mut model)?;
    max_pool::by_rows(&mut model)?;
    Ok(model)
}

fn slow(why: &str) -> String {
    format!(
        "the engine's optimised plan {why}, so this network runs in its plain one, which is slower"
    )
}

/// The outputs, or nothing if they take longer than `patience` milliseconds.
fn within(
    plan: &Arc<TypedRunnableModel>,
    inputs: &TVec<TValue>,
    patience: f64,
) -> TractResult<Option<TVec<TValue>>> {
    let start = now_ms();
    let mut late = false;
    let outputs = SimpleState::new(plan)?.run_plan_with_eval(
        inputs.clone(),
        |context, state, node, values| {
            late = now_ms() - start > patience;
            if late {
                return Err(std::io::Error::other("late").into());
            }
            eval(context, state, node, values)
        },
    );
    match outputs {
        Err(_) if late => Ok(None),
        outputs => outputs.map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tract_onnx::prelude::{Framework, InferenceModelExt, IntoTValue, Tensor, tvec};

    use crate::onnx::pb;

    fn typed(op: &str) -> TypedModel {
        let value = |name: &str| {
            use pb::tensor_shape_proto::{Dimension, dimension::Value};
            let dim = Dimension {
                value: Some(Value::DimValue(3)),
                ..Default::default()
            };
            let tensor = pb::type_proto::Tensor {
                elem_type: pb::tensor_proto::DataType::Float as i32,
                shape: Some(pb::TensorShapeProto { dim: vec![dim] }),
            };
            pb::ValueInfoProto {
                name: name.into(),
                r#type: Some(pb::TypeProto {
                    value: Some(pb::type_proto::Value::TensorType(tensor)),
                    ..Default::default()
                }),
                ..Default::default()
            }
        };
        let node = pb::NodeProto {
            op_type: op.into(),
            input: vec!["x".into()],
            output: vec!["y".into()],
            ..Default::default()
        };
        let graph = pb::GraphProto {
            node: vec![node],
            input: vec![value("x")],
            output: vec![value("y")],
            ..Default::default()
        };
        let model = pb::ModelProto {
            graph: Some(graph),
            opset_import: vec![pb::OperatorSetIdProto {
                version: 13,
                ..Default::default()
            }],
            ..Default::default()
        };
        let model = crate::graph::parser()
            .model_for_proto_model(&model)
            .unwrap();
        model.into_typed().unwrap()
    }

    fn answer(choice: &Choice) -> Vec<f32> {
        let inputs: TVec<TValue> =
            tvec!(Tensor::from(ndarray::arr1(&[-1f32, 0.5, 2.0])).into_tvalue());
        let plan = choice.for_run(&inputs);
        let outputs = plan.run(inputs).unwrap();
        arrays(&outputs).unwrap()[0].iter().copied().collect()
    }

    /// A plan that computes something else stands for one that an optimiser got wrong.
    #[test]
    fn a_wrong_plan_is_replaced_with_a_note() {
        let mut choice = Choice::new(typed("Relu"), Plans::Verified).unwrap();
        choice.first = typed("Abs").into_runnable().unwrap();
        assert_eq!(answer(&choice), [0.0, 0.5, 2.0]);
        assert!(choice.note().unwrap().contains("gives other numbers"));
    }

    #[test]
    fn a_right_plan_is_kept() {
        let choice = Choice::new(typed("Relu"), Plans::Verified).unwrap();
        assert_eq!(answer(&choice), [0.0, 0.5, 2.0]);
        assert_eq!(choice.note(), None);
        assert!(
            choice.typed.lock().unwrap().is_none(),
            "weights are not held twice"
        );
    }
}
