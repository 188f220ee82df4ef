// Preloaded into a manager that a test makes misbehave: SIGUSR2 leaves an error that nobody handles.
process.on('SIGUSR2', () => {
  void Promise.reject(new Error('a promise that nobody looks after'))
  void Promise.reject(new Error('another one'))
})
