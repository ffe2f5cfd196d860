@echo off
rem Starts BigModel Studio by a double click on Windows, inside WSL: training needs what only Linux and macOS have.
cd /d "%~dp0"
wsl.exe --exec true >nul 2>&1
if errorlevel 1 (
  echo BigModel Studio runs on Windows inside WSL or Docker.
  echo Open a terminal as administrator, run:  wsl --install  and restart. Then double-click this file again.
  pause
  exit /b 1
)
echo When it says that it is open, go to http://127.0.0.1:7860
wsl.exe --exec sh ./start.command
pause
