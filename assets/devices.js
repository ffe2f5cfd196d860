// Camera and microphone of a browser. Nothing is sent from here, and nothing is kept once closed.

// Browsers lend them to https pages and to this computer's own pages only.
const bmCanRecord = () => Boolean(navigator.mediaDevices?.getUserMedia && window.MediaRecorder);

// Show the camera in a <video>; `shot` gives what is seen now as a JPEG.
async function bmOpenCamera(video) {
  const wanted = {video: {facingMode: 'environment', width: {ideal: 1280}}};
  const stream = await navigator.mediaDevices.getUserMedia(wanted);
  video.srcObject = stream;
  await video.play();
  return {
    shot: () => new Promise(done => {
      const canvas = document.createElement('canvas');
      canvas.width = video.videoWidth; canvas.height = video.videoHeight;
      canvas.getContext('2d').drawImage(video, 0, 0);
      canvas.toBlob(done, 'image/jpeg', 0.92);
    }),
    close: () => { stream.getTracks().forEach(track => track.stop()); video.srcObject = null; },
  };
}

// Record until `stop`, which gives the recording; `onLevel(0…1, seconds)` is called while it runs.
async function bmOpenMicrophone(onLevel) {
  const stream = await navigator.mediaDevices.getUserMedia({audio: true});
  const context = new AudioContext(), analyser = context.createAnalyser();
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize), started = performance.now();
  let frame = requestAnimationFrame(function look() {
    analyser.getFloatTimeDomainData(samples);
    const peak = samples.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    onLevel(Math.min(1, peak), (performance.now() - started) / 1000);
    frame = requestAnimationFrame(look);
  });
  const recorder = new MediaRecorder(stream), chunks = [];
  recorder.ondataavailable = said => chunks.push(said.data);
  recorder.start();
  const close = () => {
    cancelAnimationFrame(frame);
    stream.getTracks().forEach(track => track.stop());
    context.close();
  };
  return {
    stop: () => new Promise(done => {
      recorder.onstop = () => { close(); done(new Blob(chunks, {type: recorder.mimeType})); };
      recorder.stop();
    }),
    close: () => { if (recorder.state !== 'inactive') recorder.stop(); close(); },
  };
}
