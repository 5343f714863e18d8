//! The extension module behind the Python package: the command line's commands, with images, files and results in memory.
//! What a Python program sees is `channel_pruning/__init__.py`.
//!
//! Two functions need no classes and no macros of PyO3, so what the core stands on is compiled once for all faces.

mod images;
mod supervised;

use std::ffi::{CStr, OsString, c_int, c_void};

use channel_pruning::cli::{self, Host};
use pyo3::create_exception;
use pyo3::exceptions::PyException;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCFunction, PyDict, PyTuple};

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

/// `call(args, files, images, progress)` runs a command of `prune`. `files` are read in place of those on the disk;
/// `progress(part, what)` is called on this thread. Gives JSON, the files that were written, and remarks.
fn call(args: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let py = args.py();
    let (words, files, given, progress): (
        Vec<String>,
        Vec<(String, Vec<u8>)>,
        Bound<'_, PyAny>,
        Bound<'_, PyAny>,
    ) = args.extract()?;
    let data = match given.is_none() {
        true => None,
        false => Some(images::extract(&given)?),
    };
    let progress = (!progress.is_none()).then_some(progress);
    let work = move |progress| {
        let files = files.into_iter().map(|(name, bytes)| (name.into(), bytes));
        let mut host = Host::in_memory();
        host.files = files.collect();
        host.data = data.map(images::Given::open).transpose()?;
        host.progress = Some(progress);
        cli::call(words.into_iter().map(OsString::from), host)
    };
    let results = supervised::run(py, progress, work)?.map_err(|e| raised(py, e))?;
    let written = PyDict::new(py);
    for (path, bytes) in results.files {
        let name = path.to_string_lossy().into_owned();
        written.set_item(name, PyBytes::new(py, &bytes))?;
    }
    let outcome = (results.printed, written, results.notes);
    Ok(outcome.into_pyobject(py)?.into_any().unbind())
}

/// `main(args)` is the command line; gives the exit code.
fn main(args: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let py = args.py();
    let (words,): (Vec<OsString>,) = args.extract()?;
    let code = py.detach(|| cli::main_code(words));
    Ok(code.into_pyobject(py)?.into_any().unbind())
}

fn function<'py>(
    py: Python<'py>,
    name: &'static CStr,
    work: fn(&Bound<'_, PyTuple>) -> PyResult<Py<PyAny>>,
) -> PyResult<Bound<'py, PyCFunction>> {
    let closure = move |args: &Bound<'_, PyTuple>,
                        _: Option<&Bound<'_, PyDict>>|
          -> PyResult<Py<PyAny>> { work(args) };
    PyCFunction::new_closure(py, Some(name), None, closure)
}

fn fill(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    cli::silence_panics();
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("Error", py.get_type::<Error>())?;
    module.add("call", function(py, c"call", call)?)?;
    module.add("main", function(py, c"main", main)?)
}

/// Called by the interpreter with the module it made.
///
/// # Safety
/// The interpreter's lock is held and `module` is a module.
unsafe extern "C" fn exec(module: *mut ffi::PyObject) -> c_int {
    // Safety: as said above.
    let py = unsafe { Python::assume_attached() };
    let module = unsafe { Bound::from_borrowed_ptr(py, module) };
    let filled = module.cast_into::<PyModule>().map_err(PyErr::from);
    match filled.and_then(|module| fill(&module)) {
        Ok(()) => 0,
        Err(error) => {
            error.restore(py);
            -1
        }
    }
}

/// What Python calls when the module is imported.
///
/// # Safety
/// The interpreter calls it with its lock held.
#[unsafe(no_mangle)]
#[allow(non_snake_case)]
pub unsafe extern "C" fn PyInit__core() -> *mut ffi::PyObject {
    let value = exec as unsafe extern "C" fn(*mut ffi::PyObject) -> c_int as *mut c_void;
    let end = ffi::PyModuleDef_Slot::default();
    let slot = ffi::PyModuleDef_Slot {
        slot: ffi::Py_mod_exec,
        value,
    };
    // The interpreter keeps the definition as long as it lives.
    let slots = Box::leak(Box::new([slot, end])).as_mut_ptr();
    let definition = Box::leak(Box::new(ffi::PyModuleDef {
        m_base: ffi::PyModuleDef_HEAD_INIT,
        m_name: c"_core".as_ptr(),
        m_doc: std::ptr::null(),
        m_size: 0,
        m_methods: std::ptr::null_mut(),
        m_slots: slots,
        m_traverse: None,
        m_clear: None,
        m_free: None,
    }));
    // Safety: the definition and its slots are never freed.
    unsafe { ffi::PyModuleDef_Init(definition) }
}
