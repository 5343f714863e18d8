//! The extension module behind the Python package: the command line's commands, with images, files and results in memory.
//! What a Python program sees is `channel_pruning/__init__.py`.

mod supervised;

use std::ffi::OsString;

use channel_pruning::cli::{self, Host};
use channel_pruning::dataset::Dataset;
use channel_pruning::image::Image;
use ndarray::{ArrayD, IxDyn};
use pyo3::create_exception;
use pyo3::exceptions::{PyException, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

create_exception!(
    channel_pruning,
    Error,
    PyException,
    "Why something could not be done: one sentence with the file, the node and the reason, as far as they are known."
);

/// The core's error with its parts as attributes.
fn raised(py: Python<'_>, error: channel_pruning::Error) -> PyErr {
    let raised = Error::new_err(error.to_string());
    let value = raised.value(py);
    // An attribute that cannot be set is not worth another error.
    let _ = value.setattr("file", error.file);
    let _ = value.setattr("node", error.node);
    let _ = value.setattr("reason", error.reason);
    raised
}

/// Images on their way to a command.
#[pyclass(module = "channel_pruning._core", frozen)]
struct Images {
    data: Dataset,
}

#[pymethods]
impl Images {
    /// Encoded files: `(name, content)` each.
    #[staticmethod]
    fn from_files(py: Python<'_>, files: Vec<(String, Vec<u8>)>) -> PyResult<Images> {
        let data = py.detach(|| Dataset::from_memory(files, None));
        Ok(Images {
            data: data.map_err(PyValueError::new_err)?,
        })
    }

    /// Decoded pictures: `(width, height, pixels)` each, with pixels of three bytes, row by row.
    #[staticmethod]
    fn from_pixels(
        pictures: Vec<(usize, usize, Vec<u8>)>,
        labels: Option<Vec<usize>>,
    ) -> PyResult<Images> {
        let picture = |(width, height, rgb): (usize, usize, Vec<u8>)| {
            let fits = width > 0 && height > 0 && rgb.len() == width * height * 3;
            fits.then_some(Image { width, height, rgb })
                .ok_or_else(|| PyValueError::new_err("a picture's pixels do not fill it"))
        };
        let pictures: PyResult<Vec<Image>> = pictures.into_iter().map(picture).collect();
        let data = Dataset::from_pictures(pictures?, labels);
        Ok(Images {
            data: data.map_err(PyValueError::new_err)?,
        })
    }

    /// Preprocessed batches: the shape and the bytes of 32-bit floats of each, in C order.
    #[staticmethod]
    fn from_tensors(
        batches: Vec<(Vec<usize>, Bound<'_, PyBytes>)>,
        labels: Option<Vec<usize>>,
    ) -> PyResult<Images> {
        let mut tensors = Vec::new();
        for (shape, bytes) in batches {
            let each: usize = shape.iter().skip(1).product();
            let (floats, rest) = bytes.as_bytes().as_chunks::<4>();
            let count = shape.first().copied().unwrap_or(0);
            if each == 0 || !rest.is_empty() || floats.len() != count * each {
                return Err(PyValueError::new_err("a batch's numbers do not fill it"));
            }
            let mut one = shape;
            one[0] = 1;
            for image in floats.chunks_exact(each) {
                let values = image.iter().map(|b| f32::from_le_bytes(*b)).collect();
                let tensor = ArrayD::from_shape_vec(IxDyn(&one), values);
                tensors.push(tensor.map_err(|e| PyValueError::new_err(e.to_string()))?);
            }
        }
        let data = Dataset::from_tensors(tensors, labels);
        Ok(Images {
            data: data.map_err(PyValueError::new_err)?,
        })
    }

    fn __len__(&self) -> usize {
        self.data.len()
    }
}

/// What a command left behind: JSON, files by name, remarks.
type Outcome<'py> = (String, Vec<(String, Bound<'py, PyBytes>)>, Vec<String>);

/// Runs a command of `prune`. `files` are read in place of those on the disk; `progress(part, what)` is called on this thread.
#[pyfunction]
#[pyo3(signature = (args, files, images=None, progress=None))]
fn call<'py>(
    py: Python<'py>,
    args: Vec<String>,
    files: Vec<(String, Vec<u8>)>,
    images: Option<&Bound<'_, Images>>,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<Outcome<'py>> {
    let data = images.map(|images| images.get().data.clone());
    let files = files
        .into_iter()
        .map(|(name, bytes)| (name.into(), bytes))
        .collect();
    let results = supervised::run(py, progress, move |progress| {
        let host = Host {
            files,
            data,
            progress: Some(progress),
            ..Host::in_memory()
        };
        cli::call(args.into_iter().map(OsString::from), host)
    })?;
    let results = results.map_err(|e| raised(py, e))?;
    let written = results.files.into_iter().map(|(path, bytes)| {
        let name = path.to_string_lossy().into_owned();
        (name, PyBytes::new(py, &bytes))
    });
    Ok((results.printed, written.collect(), results.notes))
}

/// The command line; returns the exit code.
#[pyfunction]
fn main(py: Python<'_>, args: Vec<OsString>) -> u8 {
    // Ctrl-C ends the process, as it ends the program that is written in Rust alone.
    py.detach(|| cli::main_code(args))
}

#[pymodule]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    cli::silence_panics();
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("Error", module.py().get_type::<Error>())?;
    module.add_class::<Images>()?;
    module.add_function(wrap_pyfunction!(call, module)?)?;
    module.add_function(wrap_pyfunction!(main, module)?)
}
