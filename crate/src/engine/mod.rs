//! Compiling and running networks with tract. Which of tract's plans a network runs in is decided here and nowhere else
//! ([`choice`]).

mod choice;
mod fold_norms;
mod grouped;
#[cfg(any(test, all(target_arch = "wasm32", target_feature = "simd128")))]
mod kernel;
mod max_pool;
mod odd_starts;
mod outputs;

use std::sync::Arc;

use ndarray::{ArrayD, IxDyn};
use tract_onnx::prelude::{
    DatumType, Framework, IntoTValue, TValue, TVec, Tensor, TypedRunnableModel, tvec,
};
use tract_onnx::tract_hir::internal::InferenceModelExt;

use crate::clock::now_ms;
use crate::error::{Error, Result, caught};
use crate::graph::{fix_inputs, lacking, parser, sentence};
use crate::onnx::{self, pb};
use crate::random;
use choice::{Choice, Plans};
use outputs::arrays;
pub use outputs::difference;

/// What is said where tract panics.
pub const FAILS: &str = "makes the inference engine fail; the file may be damaged";

/// A compiled network.
pub struct Engine {
    plan: Choice,
    /// Shapes of the run-time inputs; the first is the image.
    pub inputs: Vec<(Vec<usize>, DatumType)>,
    /// Names of the outputs, in the order of the answers.
    pub outputs: Vec<String>,
}

impl Engine {
    /// Compiles `model` for a batch size (where the model leaves it open).
    ///
    /// # Errors
    /// One sentence from tract, naming the node it stumbles over.
    pub fn new(model: &pb::ModelProto, batch: usize) -> Result<Engine> {
        Engine::with_outputs(model, batch, None)
    }

    /// Like [`Engine::new`], without tract's optimiser: slower, and one thing less that can be wrong.
    pub fn plain(model: &pb::ModelProto, batch: usize) -> Result<Engine> {
        Engine::make(model, batch, None, Plans::Plain)
    }

    /// Like [`Engine::new`], in the plan that is made soonest, which is not compared with the plain one: for a caller who runs it
    /// a few times, and whose own comparison would find a wrong one.
    pub fn quick(model: &pb::ModelProto, batch: usize) -> Result<Engine> {
        Engine::make(model, batch, None, Plans::Quick)
    }

    /// Like [`Engine::new`], returning the named tensors instead of the model's outputs.
    pub fn with_outputs(
        model: &pb::ModelProto,
        batch: usize,
        outputs: Option<&[String]>,
    ) -> Result<Engine> {
        Engine::make(model, batch, outputs, Plans::Verified)
    }

    fn make(
        model: &pb::ModelProto,
        batch: usize,
        outputs: Option<&[String]>,
        plans: Plans,
    ) -> Result<Engine> {
        caught(FAILS, || Engine::compile(model, batch, outputs, plans))
    }

    fn compile(
        model: &pb::ModelProto,
        batch: usize,
        outputs: Option<&[String]>,
        plans: Plans,
    ) -> Result<Engine> {
        let mut model = model.clone();
        let graph = model
            .graph
            .as_mut()
            .ok_or_else(|| Error::new("holds no graph"))?;
        fix_inputs(graph, batch);
        graph.value_info.clear();
        if let Some(names) = outputs {
            let value = |name: &String| pb::ValueInfoProto {
                name: name.clone(),
                ..Default::default()
            };
            graph.output = names.iter().map(value).collect();
        }
        let outputs = graph.output.iter().map(|o| o.name.clone()).collect();
        if plans != Plans::Plain {
            fold_norms::fold(graph);
        }
        crate::graph::dialect(&mut model);
        let graph = model.graph.get_or_insert_default();
        let inputs = onnx::runtime_inputs(graph)
            .map(|i| {
                let shape = onnx::dimensions(i)
                    .into_iter()
                    .map(|d| d.unwrap_or(1))
                    .collect();
                (shape, element_type(i))
            })
            .collect();
        let typed = parser()
            .model_for_proto_model(&model)
            .and_then(|m| m.into_typed());
        // An operator that is not there says more than what became of it.
        let typed = typed.map_err(|e| lacking(&model).unwrap_or_else(|| sentence(&e)))?;
        // Its weights are tract's by now, and are about to be packed.
        drop(model);
        let plan = Choice::new(typed, plans).map_err(|e| sentence(&e))?;
        Ok(Engine {
            plan,
            inputs,
            outputs,
        })
    }

    /// Shapes of the outputs as far as they are known without running.
    pub fn output_shapes(&self) -> Vec<Option<Vec<usize>>> {
        let model = self.plan.first().model();
        let outlets = model.output_outlets().unwrap_or_default();
        let shape = |outlet| {
            let fact = model.outlet_fact(outlet).ok()?;
            Some(fact.shape.as_concrete()?.to_vec())
        };
        outlets.iter().map(|outlet| shape(*outlet)).collect()
    }

    /// Why the plain plan is used, or why the optimised one could not be compared with it.
    pub fn note(&self) -> Option<&str> {
        self.plan.note()
    }

    /// Runs one batch; `image` has the shape of the first input. Further inputs are fed zeros.
    pub fn run(&self, image: ArrayD<f32>) -> Result<Vec<ArrayD<f32>>> {
        Ok(self.timed(image)?.0)
    }

    /// Like [`Engine::run`], with the milliseconds of the run alone, without the choice of the plan.
    pub fn timed(&self, image: ArrayD<f32>) -> Result<(Vec<ArrayD<f32>>, f64)> {
        self.execute(self.with_zeros(image), Choice::for_run)
    }

    fn with_zeros(&self, image: ArrayD<f32>) -> Vec<ArrayD<f32>> {
        let rest = self.inputs.iter().skip(1);
        let zeros = rest.map(|(shape, _)| ArrayD::zeros(IxDyn(shape)));
        std::iter::once(image).chain(zeros).collect()
    }

    /// Like [`Engine::run`], without waiting for a better plan where an answer is there sooner.
    pub fn run_at_once(&self, image: ArrayD<f32>) -> Result<Vec<ArrayD<f32>>> {
        Ok(self.execute(self.with_zeros(image), Choice::at_once)?.0)
    }

    /// Runs on one tensor per input.
    pub fn run_all(&self, given: Vec<ArrayD<f32>>) -> Result<Vec<ArrayD<f32>>> {
        Ok(self.execute(given, Choice::for_run)?.0)
    }

    fn execute(
        &self,
        given: Vec<ArrayD<f32>>,
        plan: impl for<'a> Fn(&'a Choice, &TVec<TValue>) -> &'a Arc<TypedRunnableModel>,
    ) -> Result<(Vec<ArrayD<f32>>, f64)> {
        let mut inputs: TVec<TValue> = tvec!();
        for (tensor, (_, kind)) in given.into_iter().zip(&self.inputs) {
            let tensor = Tensor::from(tensor);
            let tensor = match tensor.datum_type() == *kind {
                true => tensor,
                false => tensor
                    .cast_to_dt(*kind)
                    .map_err(|e| sentence(&e))?
                    .into_owned(),
            };
            inputs.push(tensor.into_tvalue());
        }
        caught(FAILS, || {
            let plan = plan(&self.plan, &inputs);
            let start = now_ms();
            let outputs = plan.run(inputs).map_err(|e| sentence(&e))?;
            let milliseconds = now_ms() - start;
            Ok((arrays(&outputs)?, milliseconds))
        })
    }
}

/// Element type of a graph input.
fn element_type(info: &pb::ValueInfoProto) -> DatumType {
    use pb::tensor_proto::DataType;
    let code = onnx::tensor_type(info).map_or(1, |t| t.elem_type);
    DataType::try_from(code)
        .ok()
        .and_then(|d| DatumType::try_from(d).ok())
        .unwrap_or(DatumType::F32)
}

/// A seeded standard normal image, the probe of every equivalence check.
pub fn noise(shape: &[usize], seed: u64) -> ArrayD<f32> {
    let mut state = seed.wrapping_mul(random::STEP) ^ 0xD1B5_4A32_D192_ED03;
    let mut uniform = move || {
        state = state.wrapping_add(random::STEP);
        random::unit(state)
    };
    let normal = || {
        let (u, v) = (uniform().max(1e-300), uniform());
        ((-2.0 * u.ln()).sqrt() * (2.0 * std::f64::consts::PI * v).cos()) as f32
    };
    ArrayD::from_shape_simple_fn(IxDyn(shape), normal)
}
