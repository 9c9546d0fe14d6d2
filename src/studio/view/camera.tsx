/** A photograph by the camera; the stream never leaves the page and ends with the dialog. */

import { useEffect, useRef, useState } from 'preact/hooks'
import { addImage } from '../state/images.ts'
import { closeDialog } from '../state/page.ts'
import { Button, Modal } from './controls.tsx'

export function Camera() {
  const video = useRef<HTMLVideoElement>(null)
  const [trouble, setTrouble] = useState<string | null>(null)
  const [ready, setReady] = useState(false)
  useEffect(() => {
    let stream: MediaStream | undefined
    let gone = false
    const stop = () => stream?.getTracks().forEach((track) => track.stop())
    const start = async () => {
      try {
        stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
        if (gone || !video.current) return stop()
        video.current.srcObject = stream
        await video.current.play()
        setReady(true)
      } catch (error) {
        setTrouble(reasons[(error as Error).name] ?? (error as Error).message)
      }
    }
    void start()
    return () => {
      gone = true
      stop()
    }
  }, [])
  const shoot = async () => {
    if (!video.current) return
    const { videoWidth, videoHeight } = video.current
    const canvas = new OffscreenCanvas(videoWidth, videoHeight)
    canvas.getContext('2d')?.drawImage(video.current, 0, 0)
    const blob = await canvas.convertToBlob({ type: 'image/png' })
    const name = `camera ${new Date().toTimeString().slice(0, 8)}.png`
    closeDialog('camera')
    await addImage(name, new Uint8Array(await blob.arrayBuffer()))
  }
  return (
    <Modal name="camera" title="Camera">
      {trouble ? (
        <p class="failed">{trouble}</p>
      ) : (
        <video ref={video} class="camera" muted playsInline aria-label="What the camera sees" />
      )}
      <div class="empty-actions">
        <Button primary disabled={!ready} onPress={() => void shoot()}>
          Take the photograph
        </Button>
      </div>
    </Modal>
  )
}

const reasons: Readonly<Record<string, string>> = {
  NotAllowedError: 'The camera is not allowed for this page; allow it in the address bar and try again.',
  NotFoundError: 'There is no camera on this device.',
  NotReadableError: 'Another program uses the camera; close it and try again.',
}
